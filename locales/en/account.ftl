account-title = Your account
account-saved = Your changes are saved.
account-signed-out = Signed out there.
account-codes-made = You have new backup codes. The old ones no longer work.
account-password-changed = Your password was changed. You’ve been signed out everywhere else.
account-paused = { $n ->
    [one] 1 app is paused until you say it may go on.
   *[other] { $n } apps are paused until you say they may go on.
}
account-paused-see = See paused apps
account-details = Your details
account-name = Name
account-mobile = Mobile number
account-none = None yet
account-clinics = Clinics
account-to-console = Look after { $clinic }
account-change-details = Change your details
account-signing-in = Signing in
account-change-password = Change password
account-app-none = No authenticator app yet
account-app-since = Authenticator app, added { $day }
account-app-required = { $clinic } requires this. You can replace it, but not remove it.
account-app-replace = Replace
account-app-remove = Remove
account-codes = { $n ->
    [0] No backup codes left
    [one] 1 backup code left
   *[other] { $n } backup codes left
}
account-codes-new = Make new codes
account-codes-what = New codes take the place of the old ones, which stop working at once.
account-password-what = You’ll be signed out everywhere else.
account-email-how = Your email address is what you sign in with. Whoever runs your practice software can change it.
account-others-too = Also sign me out everywhere else
account-sessions = Where you’re signed in
account-this-browser = This browser
account-seen = Last used { $when }
account-sign-out-of = Sign out of { $browser }
account-everywhere = Sign out everywhere
account-everywhere-offline = Also stop apps that work while I’m not there
account-apps = Apps you’ve allowed
account-apps-see = See your apps
account-activity = Recent activity
back-to-account = Back to your account
role-admin = admin
role-member = member

apps-title = Your apps
apps-paused-heading = Paused apps
apps-none-paused = No app is paused.
apps-paused-why = You allowed these before your clinic asked for more at sign-in. They do nothing until you tick them. Leave out any you don’t know.
apps-paused = **{ $app }**, allowed { $day }
apps-paused-at = **{ $app }** at { $clinic }, allowed { $day }
apps-sign-in-there = Sign in to { $app } again to go on.
apps-resume = Let the ticked apps go on
apps-resumed = { $n ->
    [one] 1 app goes on.
   *[other] { $n } apps go on.
}
apps-nothing-chosen = Tick the apps that may go on.
apps-too-soon = You set up your phone less than a day ago. For your safety, come back tomorrow.
apps-allowed-heading = Apps you’ve allowed
apps-allowed-since = Since { $day }
apps-none-allowed = You haven’t allowed any.
apps-withdraw = Take back
apps-withdraw-of = Take back what { $app } may do

log-somebody = Somebody
log-an-app = an app
log-our-pages = their account or this console
log-with-password = with a password
log-with-second-factor = with two factors
log-empty = Nothing yet.
log-with-detail = { $sentence } Detail: { $detail }.
event-signed-in = { $person } signed in to { $app }.
event-sign-in-refused = A sign-in of { $person } to { $app } was refused.
event-password-wrong = A wrong password was typed for { $person }.
event-code-accepted = { $person } was asked for a 6-digit code by { $app } and entered it.
event-code-wrong = { $person } entered a wrong 6-digit code.
event-code-replayed = A 6-digit code of { $person } was used a second time and refused.
event-throttled = There were too many tries for { $person }, so sign-in paused.
event-signed-out = { $person } signed out.
event-enrolment-started = { $person } started to set up an authenticator app.
event-authenticator-confirmed = { $person } set up an authenticator app.
event-authenticator-replaced = { $person } replaced their authenticator app.
event-authenticator-reset = { $actor } reset the authenticator app of { $person }.
event-backup-codes-made = { $person } got new backup codes.
event-backup-codes-saved = { $person } saved their backup codes.
event-backup-code-used = { $person } used a backup code.
event-backup-code-wrong = A wrong backup code was typed for { $person }.
event-set-up-code-given = { $actor } gave { $person } a set-up code.
event-set-up-code-used = { $person } used a set-up code.
event-phone-changed = The mobile number of { $person } was changed by { $actor }.
event-password-changed = { $person } changed their password.
event-password-reset = { $person } chose a new password with a mailed link.
event-mail-code-sent = A code was mailed to { $person }.
event-mail-code-accepted = { $person } entered the mailed code.
event-help-asked = { $person } asked for help signing in.
event-grant-given = { $app } was given access for { $person }.
event-grant-suspended = { $app } was refused for { $person } until they sign in with more.
event-grant-resumed = { $person } let { $app } go on.
event-grant-ended = Access of { $app } for { $person } ended.
event-token-reused = An old token of { $app } for { $person } was used again, so its access ended.
event-code-reused = A sign-in code of { $app } for { $person } was used again, so what it gave ended.
event-two-factor-required = { $actor } turned on two-factor authentication for everyone.
event-two-factor-scheduled = { $actor } scheduled two-factor authentication for everyone.
event-two-factor-schedule-cancelled = { $actor } cancelled the scheduled two-factor authentication.
event-two-factor-started = Scheduled two-factor authentication started.
event-two-factor-turned-off = { $actor } turned off two-factor authentication.
event-policy-changed = { $actor } changed the security settings.
event-policy-change-refused = { $actor } tried to change the security settings and was refused.
event-connection-made = { $actor } connected { $app }.
event-connection-ended = { $actor } disconnected { $app }.
event-person-invited = { $actor } invited { $person }.
event-membership-accepted = { $person } joined.
event-membership-changed = { $actor } changed what { $person } may do here.
event-person-changed = The details of { $person } were changed by { $actor }.
event-person-disabled = { $actor } disabled { $person }.
event-person-enabled = { $actor } enabled { $person }.
event-client-changed = { $actor } changed the registration of { $app }.
event-tenant-changed = { $actor } changed the clinic’s details.
event-resource-changed = { $actor } changed a registered service.
event-key-made = A new signing key was made.
event-key-retired = A signing key was retired.
event-consent-given = { $person } allowed { $app }.
event-consent-withdrawn = { $person } took back what they had allowed { $app }.
