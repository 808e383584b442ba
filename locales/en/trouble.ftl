reference = If you ask for help, say **{ $code }**, { $clock }.
try-again = Try again
continue-to = Continue to { $app }
back-to = Go back to { $app }
to-account = Go to my account
sign-in-again = Sign in

request-title = We can’t use this request
request-of-app = { $app } sent a request we can’t use ({ $cause }).
request-of-unknown = An app sent a request we can’t use ({ $cause }).
request-not-you = It isn’t your fault. Show this to whoever looks after the app.
cause-unknown-client = app not registered
cause-client-disabled = app switched off
cause-redirect-not-registered = redirect address not registered
cause-redirect-missing = redirect address missing
cause-malformed = it can’t be read
cause-request-gone = it is too old or was used before
explain-heading = For developers
explain-parameter = Parameter
explain-sent = You sent
explain-registered = Registered
explain-nothing = nothing
explain-nearest = Nearest

trouble-not-found-title = There’s no such page
trouble-not-found = Check the address for typing mistakes, or go back to where you came from.
trouble-forbidden-title = You can’t see this page
trouble-forbidden = It’s for other people at your clinic. If you need it, ask your practice manager.
trouble-form-refused-title = Please do that again
trouble-form-refused = For your safety we didn’t accept that form: it came from another page or an older sign-in. Nothing was changed.
trouble-busy-title = We’re very busy right now
trouble-fault-title = Something went wrong on our side
trouble-fault = Nothing was lost. Wait a minute, then try again.
trouble-expired-title = You were away for a while
trouble-expired = For your safety this sign-in ended. Your set-up is where you left it.
trouble-expired-app = For your safety this sign-in ended. Go back to { $app } and start again. Your set-up is where you left it.
trouble-other-tab-title = You finished this in another tab
trouble-other-tab = You can close this tab.
trouble-cookies-title = Your browser blocks our cookie
trouble-cookies = Your browser is blocking the cookie that keeps you signed in. Allow cookies for **{ $host }**, then try again.
trouble-link-gone-title = This link no longer works
trouble-link-gone = Links work once and not for long. Ask for a new one, and use the newest email.
trouble-new-link = Get a new link
trouble-not-like-this-title = That doesn’t work like this
trouble-not-like-this = Go back to where you came from and try again.

unmet-title = { $app } needs more than a password
unmet-set-up = { $app } needs a sign-in with two-factor authentication, and your account can’t do that here yet.
unmet-ask = { $app } needs a sign-in that your account can’t do here. Ask your practice manager.

second-factor-title = Two-factor authentication is now required
second-factor-person = The clinic now asks for a 6-digit code at sign-in. Go back to your app and sign in again; your work is kept there.
second-factor-developers = For developers
second-factor-what = A grant was given with fewer proofs than the clinic’s policy now demands. Its refresh tokens are refused, not spent. Send the person to the authorization endpoint; they are led through set-up if they need it, and come straight back.
second-factor-rules = Save the person’s work first, then ask. After they come back, compare the subject and the tenant with the owner of the draft before you restore it.

form-post-title = Going back to { $app }

consent-title = { $app } asks for your permission
consent-intro = You’re signed in as **{ $account }**. **{ $app }** would like to:
consent-later = You can take this back at any time on your account page.
consent-allow = Allow
consent-deny = Don’t allow
scope-openid = know that it is you
scope-profile = see your name
scope-email = see your email address
scope-phone = see your mobile number
scope-address = see your address
scope-tenant = see your clinic and your role there
scope-offline-access = keep working while you’re not there

logout-title = Do you want to sign out?
logout-intro = This signs you out on this browser.
logout-intro-account = You’re signed in as **{ $account }** on this browser.
logout-stay = Stay signed in
logout-done-title = You’re signed out
logout-done = On a shared computer, close the browser as well.
