# Papers: notice, agenda, attendance, minutes, decision slip, Wednesday sheet, agreement, trail.

paper-notice = Notice of meeting
paper-agenda = Agenda
paper-attendance = Attendance
paper-minutes = Minutes
paper-decision-slip = Decision slip
paper-wednesday-sheet = Wednesday sheet
paper-agreement = Page of an agreement
paper-trail = Trail from problem to verification

paper-blank = ____________
paper-not-stated = not stated in the record
paper-nothing = None
paper-item = { $number }. { $words }
paper-meeting = { $type } of { $community }
paper-hour-blank = { $day }, ____ : ____
paper-id = Number
paper-state = State
paper-reason = Reason
paper-time = Time
paper-place = Place
paper-chair = Chair
paper-recorder = Recorder
paper-topics = Topics
paper-carried-over = carried over { $count } times
paper-overdue = overdue
paper-late = late entry, { $days } days

paper-to = To
paper-members = the units invited
paper-invited = Invited
paper-expected = { $count } units expected
paper-notice-title = Notice of the { $meeting }
paper-notice-title-cancelled = Notice that the { $meeting } is cancelled
paper-notice-opening = The { $meeting } will be held on { $day }.
paper-notice-cancelled = The { $meeting } planned for { $day } is cancelled and will not be held.

paper-agenda-title = Agenda of the { $meeting }
paper-attendance-title = Attendance at the { $meeting }
paper-expected-units = Units expected
paper-present-units = Units present
paper-residents = Residents’ representatives
paper-present = present
paper-attendance-note = Residents are counted and never named; the ledger keeps units and counts.

paper-minutes-title = Minutes of the { $meeting }
paper-minutes-number = Minutes { $number }
paper-minutes-opening = The { $meeting } was held on { $day }, with { $topics } topics on its agenda and { $decisions } decisions, as follows.
paper-minutes-not-held = The { $meeting } is planned for { $day } and has not been held; { $topics } topics are on its agenda.
paper-minutes-confirmed = These minutes were confirmed on { $day }, see position { $position } of the ledger. From then on only a correction changes them.
paper-counts = Counts
paper-counted = { $expected } units expected, { $present } units present, { $residents } residents’ representatives
paper-topic = Proposed by { $proposer }; category { $category }; outcome: { $outcome }.
paper-topic-referred = { " " }Referred to { $unit }.
paper-decided = { $number }. { $words }. { $particulars }.
paper-attending = Present
paper-also-attending = Also present
paper-residents-count = { $count } residents’ representatives
paper-signs = signature
paper-signs-chair = Chair, { $post }
paper-signs-recorder = Recorder, { $post }

paper-decision = Decision
paper-from-meeting = Decided at
paper-carried-out = What was done
paper-signs-receipt = Received by the responsible unit (seal)
paper-signs-verifier = Verified by (seal)

paper-wednesday-title = Sheet of the Wednesday meeting of { $community }
paper-participants = Participants

paper-clauses = Clauses
paper-signing = Signatures
paper-signing-record = Annex: record of signing
paper-signing-note = These are events of the ledger; positions and digests can be checked there. Seals are on the paper original alone.
paper-seal = { $role } { $unit } (seal)
paper-open-ended = open-ended

paper-column-number = No.
paper-column-topic = Topic
paper-column-category = Category
paper-column-proposer = Proposed by
paper-column-source = Source
paper-column-remark = Remark
paper-column-unit = Unit
paper-column-post = Post
paper-column-signature = Signature
paper-column-now = Now
paper-column-day = Day
paper-column-event = Event
paper-column-words = What
paper-column-doer = By
paper-column-assurance = Assurance
paper-column-position = Position
paper-column-digest = Digest
