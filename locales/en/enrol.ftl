stop-title = One more thing before you go on
stop-clinic-asks = { $clinic } asks everyone to sign in with a code from their phone as well as a password. It protects your patients’ records.
stop-we-ask = You need to sign in with a code from your phone as well as a password. It protects patients’ records.
stop-need = You’ll need **your mobile phone**. It takes about 3 minutes, and you only do it once.
stop-deadline-days = You have until **{ $deadline }** ({ $n } days left).
stop-deadline-hours = { $n ->
    [0] You have until **{ $deadline }** (less than an hour left).
    [one] You have until **{ $deadline }** (1 hour left).
   *[other] You have until **{ $deadline }** ({ $n } hours left).
}
stop-draft-kept = Patient waiting? Nothing you’ve written is lost: **{ $app }** has kept your work.
stop-start = Set it up now
stop-later = Not now – remind me tomorrow
stop-cannot = I can’t do this now

cannot-title = You can’t use { $app } until this is set up
cannot-decided = Your clinic decided this on { $day }.
cannot-who = Who can help: **{ $helpers }**. Show them this page, or let us tell them.
cannot-draft = Your draft in { $app } is kept until you sign in again.

mail-code-title = Check your email
mail-code-intro = We sent a 6-digit code to **{ $address }**. It works for 10 minutes. Keep this page open.
mail-code-label = 6-digit code from the email
mail-code-nothing = Nothing there? Look in your spam folder, or get a new code.
mail-code-again = Send a new code
mail-code-sent-again = We sent a new code. The old one no longer works.
mail-code-empty = Enter the 6-digit code from the email.
mail-code-wrong = That code didn’t match. Use the code from the newest email.
mail-code-expired = That code no longer works. Get a new one.
help-other = I can’t get at my email

setup-code-title = Ask for a set-up code
setup-code-intro = Call or find **{ $helpers }**. They’ll check it’s you, then read out a code. It works for 15 minutes, on this page only.
setup-code-words = Tell them these two words, so that they know the code is for you:
setup-code-label = Set-up code
setup-code-hint = 12 letters and digits, like H4TQ-9KXM-2RWD
setup-code-nobody = Nobody there right now?
setup-code-empty = Enter the set-up code you were told.
setup-code-not-a-code = A set-up code has 12 letters and digits. Check for typing mistakes.
setup-code-wrong = That code didn’t match. Ask them to read it again.
setup-code-expired = That code no longer works. Ask for a new one.

phone-title = Your mobile number
phone-intro = We use it to check it’s you if you ever lose your phone. We don’t send your sign-in codes to it.
phone-country = Country
phone-usual = Usual countries
phone-all = All countries
phone-number = Number
phone-empty = Enter a mobile number, like 0412 345 678.
phone-landline = That looks like a landline. Enter a mobile number, or ask { $helpers } to help.
phone-not-a-number = That’s not a number we recognise for { $country }. Is the country right?
phone-no-country = Choose a country from the list.
phone-known-title = Is this still your number?
phone-known-hidden = We have a mobile number for you.
phone-keep = Yes, continue
phone-change = Change it
phone-change-how = You can change it on your account page once you’re signed in.

app-title = Get an authenticator app
app-intro = An authenticator app is a free app on your phone that shows a new 6-digit code every 30 seconds. It works without internet or mobile reception.
app-have-one = If you already have one, go on.
app-recommended = Your clinic recommends { $app }
app-iphone = iPhone
app-iphone-built-in = You already have one: the **Passwords** app (iOS 18 or newer).
app-iphone-or = Or get **Microsoft Authenticator**:
app-android = Android
app-android-get = Get **Google Authenticator**:
app-store = App Store
app-play = Google Play
app-check-maker = Check the maker’s name before you install. Some copies charge money.
app-replaces = Delete the old **{ $entry }** entry from your app when you’re done.
app-submit = I’ve got an app

link-title = Link your authenticator app
link-this-phone = Is the app on this phone?
link-open = Open in my authenticator app
link-come-back = Then come back to this page and type the code. Is the app on another phone? Go on:
link-scan = In your authenticator app, tap **+**, then **Scan a QR code**. Point your phone at this square.
link-square = QR code that holds your set-up key
link-cannot-scan = I can’t scan the square
link-by-hand = In the app choose **Enter a setup key**. Account: **{ $account }**. Key:
link-copy = Copy key
link-code = Type the 6-digit code the app shows now
link-stuck = I’m stuck
link-stuck-time = Is your phone’s time set to automatic?
link-stuck-camera = Did you scan with the app, not the camera?
link-stuck-two = Do you see two entries for { $entry }? Delete the older one.
link-stuck-ask = Ask { $helpers }.
link-drift-slow = { $minutes ->
    [one] Your phone’s clock looks about a minute slow. Open your phone’s settings, turn on Set time automatically, then try the new code.
   *[other] Your phone’s clock looks about { $minutes } minutes slow. Open your phone’s settings, turn on Set time automatically, then try the new code.
}
link-drift-fast = { $minutes ->
    [one] Your phone’s clock looks about a minute fast. Open your phone’s settings, turn on Set time automatically, then try the new code.
   *[other] Your phone’s clock looks about { $minutes } minutes fast. Open your phone’s settings, turn on Set time automatically, then try the new code.
}
link-new-key = The square you scanned is too old. Delete its entry from your app, and scan this new one.
copied = Copied
not-copied = That didn’t work. Select the text and copy it yourself.

codes-title = Save your backup codes
codes-intro = If you lose your phone, each of these codes lets you set up a new phone once. Keep them somewhere other than your phone. You won’t see them again.
codes-download = Download
codes-print = Print
codes-copy = Copy
codes-saved = I have saved my backup codes
codes-finish = Finish
codes-finish-to = Finish and go back to { $app }
codes-waiting = Patient waiting?
codes-later = Show me these next time I sign in
codes-not-ticked = Tick the box to say you’ve saved your backup codes.
codes-file-title = Backup codes for { $owner }
codes-file-account = { $account }, made on { $day }
codes-file-what = Each of these codes lets you set up a new phone once. Keep them somewhere other than your phone.
