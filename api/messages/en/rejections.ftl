# What a rule refuses, and what would be right. Codes: core/src/rejection.rs.
# $command, $state, $field, $what, $category and the commands and fields in $allowed are put in by their names
# in commands, states, fields and categories.
agenda-empty = The agenda cannot be fixed: no topic is accepted for it. Accept one, or mark the meeting as routine.
agreement-needs-community = None of the parties is the community's (or street's) Party organisation or a compound Party branch. Name one of them as a party.
agreement-not-all-signed = An amendment is signed by all parties again; { $unit } has not signed. Add it to the units that sign.
agreement-overlaps = Agreement { $other } of the same kind between the same parties is in force at the same time. Terminate it first, or change the dates.
agreement-party-signed = { $unit } has signed already. Name only the units that have not signed.
agreement-two-parties = { $unit } stands twice among the parties. An agreement has two or more different parties.
agreement-without-commitments = The agreement has no commitment yet, so it cannot be submitted for signature. Add at least one.
alliance-exists = { $community } already has the alliance { $alliance }; a community has only one. Dissolve that one first.
cancel-needs-reason = A project is cancelled with a reason and by a decision. State both.
choice-unknown = “{ $given }” is not a choice for { $field }. Choose one of: { $allowed }.
commitments-open = Commitment { $commitment } is neither verified nor waived, so the agreement cannot be closed. Verify or waive every commitment first.
completion-missing = It is verified but has no day of completion. State that day, or clear the day of verification as well.
correction-empty = Nothing to correct is named. Name at least one field.
correction-field = There is no field “{ $field }” to correct. Fields that can be corrected: { $allowed }.
correction-same = { $field } already says “{ $value }”; there is nothing to correct. Give the value that is right.
correction-value = “{ $value }” does not fit { $field }. Write a day like 2022-06-06 and a count as a whole number.
dates-before = { $field } { $day } is before { $earliest }, the day of what it rests on. Give { $earliest } or a later day.
dates-end-before-start = { $field } { $end } is before the start, { $start }. Give { $start } or a later day.
dates-future = { $day } has not come yet (today is { $today }), so it cannot have happened. Give today or an earlier day.
extension-not-later = { $until } is not later than the date in force, { $due }. Give a day after { $due }.
field-empty = { $field } is empty. Fill it in.
membership-overlaps = { $unit } is a member of the alliance already ({ $other }). End that membership first.
minutes-need-post = Minutes are confirmed by the chair and the recorder; “{ $post }” is missing. Add that post.
name-taken = The name “{ $name }” belongs to { $owner } (now or formerly). Choose another name.
not-a-member = { $unit } is not a member of the alliance of { $community } on that day, so it cannot claim its projects. Admit it first; property enterprises may claim anywhere.
not-a-party = { $unit } is not a party to the agreement. Name one of the parties.
not-wednesday = { $day } is not a Wednesday ({ $weekday }). Plan a Wednesday; to hold the meeting on another day, reschedule it and say why.
percent-out-of-range = { $percent }% is out of range. Give a whole number from 0 to 100.
progress-backwards = { $percent }% is less than the { $before }% reported before. Give { $before } or more.
reason-missing = “{ $command }” needs a reason. State it.
reference-unknown = The ledger knows no { $what } “{ $given }”. Check the name or code, or register it first.
rule-parameter = The rule has no parameter “{ $parameter }”. Amend the parameters it has, or adopt another rule.
same-unit = { $unit } did the work or claimed it, so it cannot confirm it. Another unit must.
state-wrong = “{ $stream }” is “{ $state }” now, so this cannot be done: { $command }. What can be done now: { $allowed }.
stream-absent = There is no “{ $id }” in the ledger. Check the id, or enter it first.
stream-exists = “{ $id }” is in the ledger already. Use another id, or act on that record.
stream-name = “{ $stream }” cannot name this: { $category }. An id has at most 120 characters and no white space, slash, backslash, 、 or %.
text-bank-card = { $field } holds a bank card number, which the ledger never keeps. Remove it.
text-dwelling = { $field } names a household's address, which the ledger never keeps. Name the compound or the building only.
text-identity-number = { $field } holds an identity number, which the ledger never keeps. Remove it.
text-mobile-number = { $field } holds a mobile number, which the ledger never keeps. Remove it.
text-too-long = { $field } is longer than { $limit } characters. Shorten it; keep long documents beside the ledger and give their evidence number.
topics-open = Topic { $topic } has no outcome yet, so the meeting cannot be closed. Record one first (decided, noted, deferred, referred, withdrawn or not discussed).
verifier-missing = It has a day of verification but no verifier. Name the verifier, or clear that day as well.
wednesday-needs-reason = { $day } is not the day that was planned for the Wednesday meeting. Say why it is another day.

# What looks personal without being certain is a warning.
text-doubtful = { $field }: “{ $words }” looks like { $what }. The ledger names no residents and keeps what it was told: check the text. A trial run warns before anything is recorded.
doubt-person = a person's name
doubt-plate = a number plate
