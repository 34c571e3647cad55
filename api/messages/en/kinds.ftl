# Names of events, for trails and lists of events.

kind-ledger-key-rotated = Signing key rotated
kind-ledger-opened = Ledger opened
kind-ledger-clock-accepted = Clock accepted

kind-schema-declared = Layout declared

kind-rule-adopted = Rule adopted
kind-rule-amended = Rule amended
kind-rule-repealed = Rule repealed

kind-import-recorded = Workbooks imported

kind-street-registered = Street registered
kind-street-renamed = Street renamed
kind-street-corrected = Street corrected

kind-community-registered = Community registered
kind-community-renamed = Community renamed
kind-community-counted = Community counted
kind-community-succeeded = Community succeeded by others
kind-community-corrected = Community corrected

kind-compound-registered = Compound registered
kind-compound-renamed = Compound renamed
kind-compound-counted = Compound counted
kind-compound-serviced = Compound's service recorded
kind-compound-corrected = Compound corrected

kind-branch-registered = Branch registered
kind-branch-renamed = Branch renamed
kind-branch-covered = Branch's compounds recorded
kind-branch-corrected = Branch corrected

kind-grid-registered = Grid registered
kind-grid-renamed = Grid renamed
kind-grid-counted = Grid counted
kind-grid-staffed = Grid staffed
kind-grid-corrected = Grid corrected

kind-unit-registered = Unit registered
kind-unit-renamed = Unit renamed
kind-unit-organised = Unit's Party organisation recorded
kind-unit-dissolved = Unit dissolved
kind-unit-corrected = Unit corrected

kind-post-created = Post created
kind-post-abolished = Post abolished

kind-alliance-established = Alliance established
kind-alliance-renamed = Alliance renamed
kind-alliance-dissolved = Alliance dissolved
kind-alliance-corrected = Alliance corrected

kind-membership-admitted = Unit joined the alliance
kind-membership-ended = Unit left the alliance
kind-membership-corrected = Membership corrected

kind-holiday-declared = Holiday declared
kind-holiday-corrected = Holiday corrected

kind-agreement-recorded = Agreement recorded
kind-agreement-submitted = Agreement submitted for signature
kind-agreement-signed = Agreement signed
kind-agreement-declined = Signature declined
kind-agreement-effected = Agreement took effect
kind-agreement-amended = Agreement amended
kind-agreement-suspended = Agreement suspended
kind-agreement-resumed = Agreement resumed
kind-agreement-terminated = Agreement terminated
kind-agreement-fulfilled = Agreement fulfilled
kind-agreement-renewed = Agreement renewed
kind-agreement-voided = Agreement voided
kind-agreement-corrected = Agreement corrected

kind-commitment-added = Commitment added
kind-commitment-amended = Commitment reworded
kind-commitment-rescheduled = Commitment's date changed
kind-commitment-started = Commitment started
kind-commitment-delivered = Commitment delivered
kind-commitment-verified = Commitment verified
kind-commitment-returned = Commitment returned
kind-commitment-waived = Commitment waived
kind-commitment-corrected = Commitment corrected

kind-project-proposed = Project proposed
kind-project-rejected = Proposal rejected
kind-project-listed = Project listed
kind-project-claimed = Project claimed
kind-project-claim-accepted = Claim accepted
kind-project-claim-released = Claim released
kind-project-rescheduled = Project's date changed
kind-project-extended = Project extended
kind-project-started = Project started
kind-project-progressed = Project progressed
kind-project-submitted = Project submitted for acceptance
kind-project-returned = Project returned for rework
kind-project-accepted = Project accepted
kind-project-closed = Project closed
kind-project-reopened = Project reopened
kind-project-suspended = Project suspended
kind-project-resumed = Project resumed
kind-project-cancelled = Project cancelled
kind-project-linked = Project linked
kind-project-corrected = Project corrected

kind-series-defined = Meeting series defined
kind-series-ended = Meeting series ended

kind-meeting-scheduled = Meeting scheduled
kind-meeting-topics-called = Topics called for
kind-meeting-agenda-frozen = Agenda frozen
kind-meeting-agenda-reopened = Agenda reopened
kind-meeting-noticed = Notice sent
kind-meeting-postponed = Meeting postponed
kind-meeting-planned = Meeting's plan changed
kind-meeting-cancelled = Meeting cancelled
kind-meeting-opened = Meeting opened
kind-meeting-adjourned = Meeting adjourned
kind-meeting-resumed = Meeting resumed
kind-meeting-attended = Attendance recorded
kind-meeting-quorum-declared = Quorum declared
kind-meeting-held = Meeting held
kind-meeting-minutes-drafted = Minutes drafted
kind-meeting-minutes-change-requested = Change of the minutes requested
kind-meeting-minutes-worded = Minutes worded
kind-meeting-minutes-confirmed = Minutes confirmed
kind-meeting-minutes-published = Minutes published
kind-meeting-archived = Meeting archived
kind-meeting-corrected = Meeting corrected

kind-topic-proposed = Topic proposed
kind-topic-accepted = Topic accepted
kind-topic-rejected = Topic rejected
kind-topic-merged = Topic merged
kind-topic-placed = Topic placed on an agenda
kind-topic-discussed = Topic discussed
kind-topic-voted = Topic put to the vote
kind-topic-concluded = Topic concluded
kind-topic-withdrawn = Topic withdrawn
kind-topic-corrected = Topic corrected

kind-decision-recorded = Decision recorded
kind-decision-rescheduled = Decision's date changed
kind-decision-extension-requested = Extension requested
kind-decision-extended = Decision extended
kind-decision-started = Decision started
kind-decision-completed = Decision completed
kind-decision-returned = Decision returned
kind-decision-verified = Decision verified
kind-decision-reopened = Decision reopened
kind-decision-superseded = Decision superseded
kind-decision-revoked = Decision revoked
kind-decision-corrected = Decision corrected

kind-task-assigned = Task assigned
kind-task-accepted = Task accepted
kind-task-declined = Task declined
kind-task-reassigned = Task reassigned
kind-task-started = Task started
kind-task-reported = Task reported done
kind-task-returned = Task returned
kind-task-verified = Task verified
kind-task-pressed = Task pressed for
kind-task-closed = Task closed

kind-occurrence-scheduled = Wednesday meeting scheduled
kind-occurrence-rescheduled = Wednesday meeting rescheduled
kind-occurrence-held = Wednesday meeting held
kind-occurrence-cancelled = Wednesday meeting cancelled
kind-occurrence-confirmed = Wednesday meeting's sheet confirmed
kind-occurrence-corrected = Wednesday meeting corrected

kind-issue-raised = Issue raised
kind-issue-triaged = Issue triaged
kind-issue-assigned = Issue assigned
kind-issue-rescheduled = Issue's date changed
kind-issue-progressed = Issue progressed
kind-issue-carried-over = Issue carried over
kind-issue-escalated = Issue escalated
kind-issue-converted = Issue converted to a project
kind-issue-fixed = Issue fixed
kind-issue-returned = Issue returned
kind-issue-verified = Fix verified
kind-issue-closed = Issue closed
kind-issue-reopened = Issue reopened
kind-issue-out-of-scope = Issue out of scope
kind-issue-merged = Issue merged
kind-issue-corrected = Issue corrected

kind-duty-performed = Duty done
kind-duty-corrected = Duty corrected

kind-obligation-exempted = Exempted from an obligation
kind-obligation-exemption-withdrawn = Exemption withdrawn

kind-document-added = Document kept

kind-holder-named = Post holder entered
kind-holder-ended = Holding ended

kind-access-recorded = Looked up

kind-erasure-asked = Erasure asked for
kind-erasure-approved = Erasure approved
kind-erasure-refused = Erasure refused
kind-erasure-executed = Erasure done
kind-period-frozen = Period frozen
kind-period-reopened = Period reopened
kind-report-generated = Report generated
kind-report-reviewed = Report reviewed
kind-report-returned = Report returned
kind-report-approved = Report approved
kind-report-published = Report published
kind-report-erratum = Erratum to a report
