# What every page has around it.
title = { $page } - { $owner }
title-with-error = Error: { $page } - { $owner }
skip = Skip to the main content
fault-heading = There is a problem
foot-software = Sign-in for { $software }
wanted-nothing = what you were doing
helpers-role = your practice manager
helpers-named = { $first } or { $last }

cancel = Cancel
cancel-to = Cancel and go back to { $app }
throttled = { $minutes ->
    [one] Too many tries. Wait a minute, then try again.
   *[other] Too many tries. Wait { $minutes } minutes, then try again.
}
busy = We’re very busy right now. Wait a few seconds, then try again.

password-show = Show password
password-hide = Hide password
password-shown = Your password is shown
password-hidden = Your password is hidden

date-day = { $day } { $month } { $year }
date-short = { $weekday-short } { $day } { $month-short }, { $clock }
date-long = { $weekday } { $day } { $month }, { $clock }
date-weekday = { $weekday } { $clock }
date-clock = { $clock }
date-clock-of = { $hour }:{ $minute } { $half }
date-weekday-name = { $n ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[7] Sunday
}
date-weekday-short = { $n ->
    [1] Mon
    [2] Tue
    [3] Wed
    [4] Thu
    [5] Fri
    [6] Sat
   *[7] Sun
}
date-month-name = { $n ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}
date-month-short = { $n ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}

continue = Continue
sign-out = Sign out
step = Step { $now } of { $of }
