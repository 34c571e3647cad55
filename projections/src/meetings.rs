//! Series, meetings, topics, decisions and follow-up tasks (联席会议台账).

use gongjian_core::domain::Event;
use gongjian_core::domain::decision::Decision;
use gongjian_core::domain::meeting::Meeting;
use gongjian_core::domain::series::Series;
use gongjian_core::domain::table::Table;
use gongjian_core::domain::task::Task;
use gongjian_core::domain::topic::Topic;
use serde::{Deserialize, Serialize};

use crate::projection::{Projection, Recorded, fold};

/// The meetings.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Meetings {
    /// Meeting series by id.
    pub series: Table<Series>,
    /// Meetings by id.
    pub meeting: Table<Meeting>,
    /// Topics by id.
    pub topic: Table<Topic>,
    /// Decisions by id.
    pub decision: Table<Decision>,
    /// Follow-up tasks by id.
    pub task: Table<Task>,
}

impl Projection for Meetings {
    const NAME: &'static str = "meetings";
    const VERSION: u32 = 2;

    fn apply(&mut self, recorded: &Recorded<'_>) {
        match recorded.event {
            Some(Event::Series(event)) => fold(&mut self.series, recorded, event),
            Some(Event::Meeting(event)) => fold(&mut self.meeting, recorded, event),
            Some(Event::Topic(event)) => fold(&mut self.topic, recorded, event),
            Some(Event::Decision(event)) => fold(&mut self.decision, recorded, event),
            Some(Event::Task(event)) => fold(&mut self.task, recorded, event),
            _ => (),
        }
    }
}
