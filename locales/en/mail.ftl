mail-why = You get this because you sign in at { $clinic }.
mail-not-me = Not you? Sign out everywhere and lock your account
mail-when-where = { $when }, { $browser }.
mail-set-up = Set it up now
mail-reason = Reason: { $reason }

mail-invitation = You’re invited to { $clinic }
mail-invitation-by = { $by } added you to { $clinic }.
mail-invitation-next = Choose a password and set up your phone. The link works for 7 days.
mail-invitation-link = Join { $clinic }
mail-scheduled = From { $when } you’ll need your phone to sign in
mail-scheduled-what = From { $when } everyone at { $clinic } signs in with a code from their phone as well as a password.
mail-scheduled-before = Set it up now, it takes about 3 minutes. If you do it before { $when }, nothing will interrupt your work.
mail-tomorrow = Tomorrow: two-factor authentication at { $clinic }
mail-added = Two-factor authentication is set up
mail-added-what = An authenticator app was added to your account.
mail-replaced = Your authenticator app was replaced
mail-replaced-what = A new authenticator app was linked to your account. The old one no longer works.
mail-reset-by = Your authenticator app was reset by { $by }
mail-reset-by-what = { $by } reset your sign-in at { $clinic }. Sign in again to link your phone. Not expected? Tell your practice manager.
mail-reset-by-entry = Delete the old { $entry } entry from your app.
mail-code-used = A backup code was used to set up a new phone
mail-code-used-what = One of your backup codes was used.
mail-few-codes = { $n ->
    [0] You have no backup codes left
    [one] You have 1 backup code left
   *[other] You have { $n } backup codes left
}
mail-few-codes-what = If you lose your phone, a backup code lets you set up a new one. Make new ones while you can.
mail-password = Your password was changed
mail-password-what = The password of your account was changed. You were signed out everywhere else.
mail-email = Your email address was changed
mail-email-what = The email address of your account was changed. This is the last mail to the old one.
mail-help = { $person } needs help signing in
mail-help-what = { $person } asked for help at { $clinic }’s sign-in page. Call the mobile number on file, or speak face to face, before you reset anything.
mail-on = Two-factor authentication was turned on
mail-on-what = { $by } turned on two-factor authentication for everyone at { $clinic }.
mail-off = Two-factor authentication was turned off
mail-off-what = { $by } turned off two-factor authentication at { $clinic }.
mail-cancelled = The start of two-factor authentication was cancelled
mail-cancelled-what = { $by } cancelled the start of two-factor authentication at { $clinic }. It stays off.
mail-code = Your code for { $clinic }
mail-code-is = Your code to continue is { $code }.
mail-code-what = It works for 10 minutes, on the page that asked for it.
mail-code-never = Nobody from { $clinic } will ever ask you for it. Didn’t ask for it? Then somebody knows your password: change it.
mail-password-reset = Reset your password for { $clinic }
mail-password-reset-what = Somebody, we hope you, asked for a new password. The link works for 30 minutes, once.
mail-password-reset-not-you = Didn’t ask for it? Do nothing: your password stays as it is.
