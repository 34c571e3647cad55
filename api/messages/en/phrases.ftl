# Phrases that several answers share.

# What looks personal without being certain is a warning.
text-doubtful = { $field }: “{ $words }” looks like { $what }. The ledger names no residents and keeps what it was told: check the text. A trial run warns before anything is recorded.
doubt-person = a person's name
doubt-plate = a number plate
# A name with its code; a label with its value.
named = { $name } ({ $code })
labelled = { $label }: { $value }
# Days, and numbers of headings.
day = { $iso }
short-day = { $month }-{ $day }
numbered = { $number }. { $words }
