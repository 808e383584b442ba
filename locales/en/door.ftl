sign-in-title = Sign in
sign-in-to = You’re signing in to **{ $app }**.
sign-in-username = Email address
sign-in-password = Password
sign-in-shared = This is a shared computer
sign-in-shared-hint = We won’t remember your email address, and you’ll be signed out after 30 minutes without use.
sign-in-submit = Sign in
sign-in-forgot = Forgot your password?
sign-in-away = You were away for a while, so we need your password again. Your set-up is where you left it.
sign-in-password-changed = Your password was changed. Sign in with the new one.
sign-in-no-username = Enter your email address.
sign-in-no-password = Enter your password.
sign-in-wrong-pair = That email and password don’t match. Check for typing mistakes, or reset your password.
sign-in-other-person = { $app } asked for somebody else. Sign in with that account, or go back.

code-title = Enter your 6-digit code
code-title-confirm = Check it’s you: enter a 6-digit code
code-confirm-intro = This change needs a new code, even though you’re signed in.
code-intro = Open your authenticator app and find **{ $entry }**. The code changes every 30 seconds.
code-label = 6-digit code
code-use-backup = Use a backup code
code-no-phone = I don’t have my phone
code-empty = Enter the 6-digit code from your authenticator app.
code-not-six-digits = The code is 6 digits, like 123 456.
code-wrong = That code didn’t match. Wait for the next code to appear, then type it in.
code-wrong-again = Still not matching? Check you’re reading the entry called { $entry }, and that your phone’s time is set to automatic.
code-replayed = That code has already been used. Wait up to 30 seconds for the next one.
code-throttled = { $minutes ->
    [one] Too many tries. Wait a minute, then try again. If it wasn’t you, tell your practice manager.
   *[other] Too many tries. Wait { $minutes } minutes, then try again. If it wasn’t you, tell your practice manager.
}
code-stopped = Too many tries, so codes from the app are off for now. Use a backup code, or ask your practice manager to help.

reason-why = Why am I being asked for this?
reason-clinic = { $clinic } requires two-factor authentication for everyone.
reason-clinic-since = { $clinic } requires two-factor authentication for everyone, since { $since }.
reason-connection = { $app }, an app your clinic uses, requires it for everyone.
reason-connection-since = { $app }, an app your clinic uses, requires it for everyone, since { $since }.
reason-app = { $app } requires it every time somebody signs in.
reason-request = { $app } asked for it just now.
reason-yourself = You set up an authenticator app. From then on we ask for a code whenever you sign in.
reason-yourself-since = You set up an authenticator app on { $since }. Since then we ask for a code whenever you sign in.
reason-console = Only people who show a code can look after a clinic’s people and settings.

recovery-title = Use a backup code
recovery-intro = Type one of the backup codes you saved. It works once, and lets you link a new phone.
recovery-label = Backup code
recovery-hint = 15 letters and digits, like 4RTKB-9WMPH-7CQXD
recovery-use-app = Use my authenticator app instead
recovery-no-code = I don’t have a backup code
recovery-empty = Enter a backup code.
recovery-not-a-code = A backup code has 15 letters and digits. Check for typing mistakes.
recovery-wrong = That backup code didn’t match. Check for typing mistakes, or try another one.
recovery-used = That backup code has been used before. Try another one.
recovered-title = That worked. Now link your new phone.
recovered-intro = You can go on once your new phone is linked. It takes about 2 minutes.
codes-left = { $n ->
    [0] You have no backup codes left.
    [one] 1 code left.
   *[other] { $n } codes left.
}

help-title = How can we get you in?
help-way-backup-code = I have a backup code
help-way-new-phone = I have a new phone but no backup code
help-way-phone-at-home = My phone is at home
help-nothing-chosen = Choose what fits best.
help-tell = Tell them I need help
ask-title = Ask your clinic to let you back in
ask-phone-at-home = Without your phone you can link another phone or tablet. If you have a backup code, use it. If you don’t, your clinic can help.
ask-who = **{ $helpers }** can do this in about two minutes.
ask-call = They’ll call you on the mobile number you gave, to check it’s you.
ask-call-ending = They’ll call you on the mobile number ending **{ $digits }**, to check it’s you.
ask-then = Then sign in again. They’ll read out a set-up code for you to type.
ask-told = We’ve told them. Keep your phone near you.
ask-told-before = We told them a little while ago. If nobody calls, speak to them.

forgot-title = Reset your password
forgot-intro = Tell us your email address and we’ll send you a link to choose a new password.
forgot-submit = Send me a link
forgot-sent-title = Check your email
forgot-sent = If we know **{ $email }**, we’ve sent a link to it. The link works for 30 minutes.
forgot-sent-more = Nothing there? Look in your spam folder, and check for typing mistakes in the address.
forgot-again = Try another address
email-not-an-address = Enter an email address, like name@example.com.
back-to-sign-in = Back to sign in
reset-title = Choose a new password
reset-intro = You’ll be signed out everywhere else. You still need your phone to sign in if you’ve set it up.
reset-submit = Save the new password
new-password-label = New password
new-password-hint = Three or four unrelated words work well. Anything goes, spaces too.
new-password-empty = Enter a new password.
new-password-too-short = Use at least { $n } characters.
new-password-too-long = Use at most { $n } characters.
new-password-too-easy = That password is easy to guess. Add another word or two.
new-password-same = That’s the password you have now. Choose another one.

tenant-title = Which clinic are you signing in to?
tenant-nothing-chosen = Choose a clinic.

join-title = Join { $clinic }
join-title-first = Set up the first administrator
join-intro = You were invited as **{ $email }**. Next you’ll set up your phone.
join-intro-first = You are **{ $email }**. Next you’ll set up your phone.
join-password = Choose a password
join-no-given-name = Enter your given name.
join-no-family-name = Enter your family name.
join-accept = You’re signed in as **{ $account }**. Do you want to join **{ $clinic }**?
join-accept-submit = Join
join-not-me = That’s not me
given-name = Given name
family-name = Family name

not-me-title = Not you?
not-me-intro = We’ll sign you out everywhere, lock your password, and take back an authenticator app that was added in the last 7 days. After that you choose a new password.
not-me-submit = It wasn’t me. Lock my account
not-me-was-me = If it was you, close this page. Nothing has changed.
not-me-done-title = Your account is locked
not-me-done = You’re signed out everywhere, and the old password opens nothing any more. Tell your practice manager what happened.
not-me-new-password = Choose a new password
