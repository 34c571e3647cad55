# Where a record stands: state-CATEGORY-WORD. “expired” and “missed” are derived as of a day.

state-agreement-draft = draft
state-agreement-signing = being signed
state-agreement-signed = signed, not yet in effect
state-agreement-effective = in effect
state-agreement-expired = expired
state-agreement-suspended = suspended
state-agreement-terminated = terminated
state-agreement-fulfilled = fulfilled
state-agreement-voided = void

state-commitment-open = open
state-commitment-in-progress = in progress
state-commitment-completed = completed, to be verified
state-commitment-verified = verified
state-commitment-waived = waived

state-project-proposed = proposed
state-project-listed = to be claimed
state-project-claim-pending = claim to be accepted
state-project-claimed = claimed
state-project-in-progress = in progress
state-project-suspended = suspended
state-project-awaiting-acceptance = awaiting acceptance
state-project-accepted = accepted
state-project-closed = closed
state-project-cancelled = cancelled
state-project-rejected = rejected

state-meeting-planned = planned
state-meeting-collecting-topics = collecting topics
state-meeting-agenda-frozen = agenda frozen
state-meeting-notified = notified
state-meeting-postponed = postponed, to be noticed again
state-meeting-in-session = in session
state-meeting-adjourned = adjourned
state-meeting-cancelled = cancelled
state-meeting-held = held
state-meeting-minutes-draft = minutes in draft
state-meeting-minutes-confirmed = minutes confirmed
state-meeting-published = minutes published
state-meeting-archived = archived

state-topic-proposed = proposed
state-topic-accepted = accepted
state-topic-placed = on an agenda
state-topic-discussed = discussed
state-topic-decided = decided
state-topic-deferred = deferred
state-topic-concluded = concluded
state-topic-rejected = rejected
state-topic-merged = merged
state-topic-withdrawn = withdrawn

state-decision-open = open
state-decision-in-progress = in progress
state-decision-completed = completed, to be verified
state-decision-verified = verified
state-decision-superseded = superseded
state-decision-revoked = revoked

state-task-open = open
state-task-accepted = accepted
state-task-declined = declined
state-task-in-progress = in progress
state-task-completed = done, to be verified
state-task-verified = verified
state-task-closed = closed

state-occurrence-scheduled = scheduled
state-occurrence-held = held
state-occurrence-confirmed = sheet confirmed
state-occurrence-cancelled = cancelled
state-occurrence-missed = missed

state-issue-raised = raised
state-issue-triaged = triaged
state-issue-assigned = assigned
state-issue-in-progress = in progress
state-issue-escalated = escalated
state-issue-converted = converted to a project
state-issue-awaiting-verification = awaiting verification
state-issue-verified = verified
state-issue-closed = closed
state-issue-out-of-scope = out of scope
state-issue-merged = merged

state-unit-active = active
state-unit-dissolved = dissolved

state-alliance-active = active
state-alliance-dissolved = dissolved

state-membership-member = member
state-membership-left = left

state-post-active = active
state-post-abolished = abolished

state-series-active = active
state-series-ended = ended

state-obligation-open = open
state-obligation-met = met
state-obligation-missed = missed
state-obligation-exempted = exempted
state-obligation-withdrawn = exemption withdrawn

state-erasure-asked = asked for
state-erasure-approved = approved, not yet done
state-erasure-refused = refused
state-erasure-executed = done
state-period-frozen = frozen
state-period-reopened = reopened
state-report-generated = awaiting review
state-report-reviewed = awaiting approval
state-report-approved = awaiting publication
state-report-published = published
