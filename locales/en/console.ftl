desk-nav = Clinic
desk-you = { $person } (admin)
desk-switch = Switch clinic
desk-overview = Overview
desk-people = People
desk-security = Security
desk-apps = Connected apps
desk-log = Activity log
choose-title = Which clinic?
choose-none = You don’t belong to a clinic here.
search = Search
more = Show more
save = Save
ready-yes = Set up
ready-not-yet = Not yet
ready-reset-waiting = Reset waiting

overview-off = **Two-factor authentication is off**
overview-pending = **Two-factor authentication starts { $when }**
overview-on = **Two-factor authentication is on** since { $day }
overview-to-security = Security settings
overview-ready = { $ready } of { $people }
overview-ready-what = people are set up
overview-who = See who isn’t
overview-help = { $n ->
    [one] person asked for help this week
   *[other] people asked for help this week
}
overview-to-people = Help them
overview-odd = Worth a look
overview-nothing-odd = Nothing odd happened lately.
overview-to-log = Activity log

people-everyone = Everyone
people-not-ready = Not set up
people-admins = Admins
people-search = Name or email
people-role = Role
people-two-factor = Two-factor
people-codes = Backup codes left
people-last = Last sign-in
people-never = Never
people-nobody = Nobody found.
people-invited = Invited
people-suspended = Suspended
people-withdraw = Take back
people-withdraw-of = Take back the invitation of { $email }
people-invited-now = We’ve invited **{ $email }**. The link works for 7 days.
people-invite = Invite somebody
people-invite-intro = They’ll get an email with a link. If your clinic asks for two-factor authentication, they set it up right away.
people-admin-hint = Can invite people, change security settings and help others back in.
people-invite-submit = Send the invitation
people-no-email = Enter the email address of the person you want to invite.

person-title = { $name }
help-heading = Help { $name } get back in
help-yourself = You can’t reset your own sign-in. Another admin of your clinic can.
help-second-admin = The email address or mobile number of { $name } changed less than 3 days ago. Another admin must help too.
help-check-call = Check it’s really { $name }: call **{ $number }**, or speak face to face.
help-check-face = Check it’s really { $name }: speak face to face.
help-never = Never do this because of an email or a text message.
help-phone-self = Typed by this person, { $day }
help-phone-operator = From your practice software, { $day }
help-phone-disputed = Set on { $day } together with the sign-in in question. Don’t call it.
help-how-checked = How did you check it’s { $name }?
help-called = I called the number on file
help-saw = I saw them in person
help-not-checked = Say how you checked that it’s { $name }.
help-reset-what = This signs { $name } out of your clinic. Their old app entry stops working here.
help-reset = Reset { $name }’s authenticator
help-waiting = It’s reset. Ask { $name } to sign in now. When they see two words on their screen, look again here.
help-look-again = Look again
help-ask-words = Ask { $name } which two words they see, and pick the same.
help-which-words = The two words on their screen
help-none-of-these = None of these
help-no-words = Pick the two words, or say that none fits.
help-show-code = Show the set-up code
help-read = Read this set-up code out to { $name }:
help-read-until = It works until { $clock }, once, and only where the page shows { $first } · { $second }.

person-here-heading = What { $name } may do here
person-make-admin = Make { $name } an admin
person-make-member = Make { $name } a member
person-sign-out = Sign { $name } out of your clinic
person-suspend = Suspend { $name }
person-restore = Let { $name } back in
person-end = Remove { $name } from your clinic
person-end-what = They can no longer use your clinic’s apps. Their own account stays theirs.
person-last-admin = This is your clinic’s only admin. Make somebody else an admin first.
person-cannot-call = That number can’t be used to check who it is. Speak face to face.
person-done = Done.
person-second-noted = Noted. Another admin has to do the same within the hour.

connection-live = Connected
connection-waiting = Waiting
connection-since = Since { $day }
connection-requires = Requires two-factor authentication for everyone
connection-none = No app is connected.
connection-add = Apps you can connect
connect = Connect
connect-title = Connect { $app }
connect-simple = **{ $app }** will be able to work with your clinic’s data.
connect-requires = { $n ->
    [0] **{ $app } requires two-factor authentication for everyone at your clinic.** Everyone is set up.
    [one] **{ $app } requires two-factor authentication for everyone at your clinic.** You have 1 person to set up.
   *[other] **{ $app } requires two-factor authentication for everyone at your clinic.** You have { $n } people to set up.
}
connect-now = Turn it on now and connect
connect-later = Turn it on { $when } and connect then
connect-waits = Until then the connection waits.
connect-submit = Connect { $app }
disconnect = Disconnect
disconnect-of = Disconnect { $app }

security-crumbs = Settings › General › Security
security-legend = Two-factor authentication
security-box = Require everyone at { $clinic } to use two-factor authentication
security-box-hint = Nobody can turn this off while an app that needs it is connected.
security-locked = Locked: **{ $apps }** requires this for everyone. Disconnect it first, or keep it on.
security-pending = Two-factor authentication starts **{ $when } ({ $place })**. { $ready } of { $people } people are ready.
security-on = Two-factor authentication is on for everyone, since **{ $day }**.
security-ask = Only admins can change this. Ask **{ $helpers }**.
security-yourself-first = Set up your own phone and save your backup codes first. It takes 3 minutes, and you’ll be able to help the others.
security-only-admin = You’re the only admin. If you lose your phone, only the people who run this service can help.
security-add-admin = Add another admin
security-who = Who this will affect
security-hit = { $in ->
    [0] **{ $n } of { $people } people aren’t set up yet.** They’ll have to set it up at their next sign-in.
    [one] **{ $n } of { $people } people aren’t set up yet, and 1 of them is signed in right now.** If you turn this on now, they’ll have to set it up before they can do anything else, even in the middle of a note.
   *[other] **{ $n } of { $people } people aren’t set up yet, and { $in } of them are signed in right now.** If you turn this on now, they’ll have to set it up before they can do anything else, even in the middle of a note.
}
security-all-ready = Everyone is set up. Nobody will be interrupted.
security-paused-apps = { $n ->
    [one] 1 app will pause until the person signs in to it with a code.
   *[other] { $n } apps will pause until people sign in to them with a code.
}
security-demanded = { $app } requires this.
security-person = Person
security-now = Right now
security-usually = Usually signs in
security-set-up = Set up
security-using = { $minutes ->
    [0] Using { $app } (active now)
   *[other] Using { $app } (active { $minutes } min ago)
}
security-idle = Signed in, idle
security-not-signed-in = Not signed in
security-usually-at = About { $clock }
security-not-often = Not often
security-when = When should it start?
security-recommended = { $when }, after closing (recommended)
security-date = On a date I choose
security-start-now = { $n ->
    [0] Right now. Nobody will be interrupted.
    [one] Right now. 1 person will be interrupted.
   *[other] Right now. { $n } people will be interrupted.
}
security-start-at = Date and time
security-start-at-hint = Only if you choose a date. { $place } time.
security-review = Review and save
security-remind = { $n ->
    [one] Email the 1 person first
   *[other] Email the { $n } people first
}
security-reminded = { $n ->
    [one] We’ve emailed 1 person.
   *[other] We’ve emailed { $n } people.
}
security-no-start = Choose when it should start.
security-not-a-date = Enter a date and a time.
security-in-the-past = Enter a date and a time that are still to come.
security-nothing-changed = Nothing was changed. Tick or untick the box, or choose another start.
security-refused = { $apps } requires two-factor authentication. Disconnect it first, or keep it on.
security-changed-meanwhile = Somebody else changed these settings just now. Check them and decide again.

review-title = Check before you save
review-on-now = **From now on** everyone at { $clinic } needs two-factor authentication.
review-on-at = From **{ $when } ({ $place })** everyone at { $clinic } needs two-factor authentication.
review-interrupted = { $n ->
    [0] Nobody will be interrupted.
    [one] 1 person is signed in and will be interrupted.
   *[other] { $n } people are signed in and will be interrupted.
}
review-mails = { $n ->
    [0] Everyone is set up.
    [one] 1 person who isn’t set up yet will get an email now.
   *[other] { $n } people who aren’t set up yet will get an email now.
}
review-mails-before = { $n ->
    [0] Everyone is set up.
    [one] 1 person will get an email today, and reminders 1 day and 2 hours before.
   *[other] { $n } people will get an email today, and reminders 1 day and 2 hours before.
}
review-off = **People at { $clinic } will no longer need two-factor authentication.** Whoever has set it up is still asked.
review-postpone = The start on **{ $was }** is postponed.
review-cancel = The start on **{ $when }** is cancelled. Two-factor authentication stays off.
review-admins-told = All admins get an email with your name and your reason.
review-reason = Reason
review-reason-hint = All admins can read it.
review-no-reason = Say why in a few words.

log-kind = What happened
log-all = Everything
log-show = Show
log-zone = Times are { $place } time.
log-time = When
log-what = What
log-older = Show older
