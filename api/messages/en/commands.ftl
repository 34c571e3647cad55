# Names of commands, for buttons and for what can be done now. The key is the command with - for its dot.

ledger-open = Open the ledger
ledger-rotate-key = Rotate the signing key
ledger-accept-clock = Accept the clock

schema-declare = Declare a layout

rule-adopt = Adopt a rule
rule-amend = Amend the rule
rule-repeal = Repeal the rule

import-record = Record an import

street-register = Register a street
street-rename = Rename the street
street-correct = Correct the street

community-register = Register a community
community-rename = Rename the community
community-count = Record a count of the community
community-succeed = Record what follows the community
community-correct = Correct the community

compound-register = Register a compound
compound-rename = Rename the compound
compound-count = Record a count of the compound
compound-service = Record how the compound is served
compound-correct = Correct the compound

branch-register = Register a branch
branch-rename = Rename the branch
branch-cover = Record the compounds covered
branch-correct = Correct the branch

grid-register = Register a grid
grid-rename = Rename the grid
grid-count = Record a count of the grid
grid-staff = Record who staffs the grid
grid-correct = Correct the grid

unit-register = Register a unit
unit-rename = Rename the unit
unit-organise = Record the Party organisation
unit-dissolve = Dissolve the unit
unit-correct = Correct the unit

post-create = Create a post
post-abolish = Abolish the post

alliance-establish = Establish an alliance
alliance-rename = Rename the alliance
alliance-dissolve = Dissolve the alliance
alliance-correct = Correct the alliance

membership-admit = Admit a member
membership-end = End the membership
membership-correct = Correct the membership

holiday-declare = Declare a holiday
holiday-correct = Correct the holiday

agreement-draft = Draft an agreement
agreement-submit = Submit for signature
agreement-sign = Sign the agreement
agreement-decline = Decline to sign
agreement-effect = Bring the agreement into effect
agreement-amend = Amend the agreement
agreement-suspend = Suspend the agreement
agreement-resume = Resume the agreement
agreement-terminate = Terminate the agreement
agreement-fulfil = Close the agreement as fulfilled
agreement-renew = Renew the agreement
agreement-void = Void the agreement
agreement-correct = Correct the agreement

commitment-add = Add a commitment
commitment-amend = Reword the commitment
commitment-reschedule = Change the commitment's date
commitment-start = Start the commitment
commitment-deliver = Report the commitment delivered
commitment-verify = Verify the commitment
commitment-return = Return the commitment
commitment-waive = Waive the commitment
commitment-correct = Correct the commitment

project-propose = Propose a project
project-reject = Reject the proposal
project-list = List the project
project-claim = Claim the project
project-accept-claim = Accept the claim
project-release-claim = Release the claim
project-reschedule = Change the project's date
project-extend = Grant the project more time
project-start = Start the project
project-progress = Report progress
project-submit = Submit for acceptance
project-return = Return for rework
project-accept = Accept the result
project-close = Close the project
project-reopen = Reopen the project
project-suspend = Suspend the project
project-resume = Resume the project
project-cancel = Cancel the project
project-link = Link an issue or topic
project-correct = Correct the project

series-define = Define a meeting series
series-end = End the series

meeting-schedule = Schedule a meeting
meeting-call-topics = Call for topics
meeting-freeze-agenda = Freeze the agenda
meeting-reopen-agenda = Reopen the agenda
meeting-notice = Send the notice
meeting-postpone = Postpone the meeting
meeting-plan = Change the plan
meeting-cancel = Cancel the meeting
meeting-open = Open the meeting
meeting-adjourn = Adjourn the meeting
meeting-resume = Resume the meeting
meeting-attend = Record attendance
meeting-declare-quorum = Declare the quorum
meeting-hold = Close the meeting as held
meeting-draft-minutes = Draft the minutes
meeting-request-minutes-change = Request a change of the minutes
meeting-word-minutes = Word the minutes
meeting-confirm-minutes = Confirm the minutes
meeting-publish-minutes = Publish the minutes
meeting-archive = Archive the meeting
meeting-correct = Correct the meeting

topic-propose = Propose a topic
topic-accept = Accept the topic
topic-reject = Reject the topic
topic-merge = Merge the topic
topic-place = Place the topic on an agenda
topic-discuss = Discuss the topic
topic-vote = Put the topic to the vote
topic-conclude = Record the topic's outcome
topic-withdraw = Withdraw the topic
topic-correct = Correct the topic

decision-record = Record a decision
decision-reschedule = Change the decision's date
decision-request-extension = Request an extension
decision-extend = Grant an extension
decision-start = Start the decision
decision-complete = Report the decision completed
decision-return = Return the decision
decision-verify = Verify the decision
decision-reopen = Reopen the decision
decision-supersede = Supersede the decision
decision-revoke = Revoke the decision
decision-correct = Correct the decision

task-assign = Assign a task
task-accept = Accept the task
task-decline = Decline the task
task-reassign = Reassign the task
task-start = Start the task
task-report = Report the task done
task-return = Return the task
task-verify = Verify the task
task-press = Press for the task
task-close = Close the task

occurrence-schedule = Schedule a Wednesday meeting
occurrence-reschedule = Reschedule the Wednesday meeting
occurrence-hold = Record the Wednesday meeting as held
occurrence-cancel = Cancel the Wednesday meeting
occurrence-confirm = Confirm the meeting's sheet
occurrence-correct = Correct the Wednesday meeting

issue-raise = Raise an issue
issue-triage = Triage the issue
issue-assign = Assign the issue
issue-reschedule = Change the issue's date
issue-progress = Report progress on the issue
issue-carry-over = Carry the issue over
issue-escalate = Escalate the issue
issue-convert = Convert the issue to a project
issue-fix = Report the issue fixed
issue-return = Return the issue
issue-verify = Verify the fix
issue-close = Close the issue
issue-reopen = Reopen the issue
issue-mark-out-of-scope = Mark the issue out of scope
issue-merge = Merge the issue
issue-correct = Correct the issue

duty-perform = Record that a duty was done
duty-correct = Correct a duty

obligation-exempt = Exempt from an obligation
obligation-withdraw-exemption = Withdraw an exemption

document-add = Keep a document

holder-name = Enter who holds a post
holder-end = End a holding

access-record = Look up

erasure-ask = Ask for an erasure
erasure-approve = Approve an erasure
erasure-refuse = Refuse an erasure
erasure-execute = Tell that an erasure is done
period-freeze = Freeze the period
period-reopen = Reopen the period
report-generate = Generate the report
report-review = Review the report
report-return = Return the report
report-approve = Approve the report
report-publish = Publish the report
report-issue-erratum = Issue an erratum
