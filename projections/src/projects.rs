//! Projects and their claims (项目认领台账).

use gongjian_core::domain::Event;
use gongjian_core::domain::project::Project;
use gongjian_core::domain::table::Table;
use serde::{Deserialize, Serialize};

use crate::projection::{Projection, Recorded, fold};

/// The projects.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Projects {
    /// Projects by id.
    pub project: Table<Project>,
}

impl Projection for Projects {
    const NAME: &'static str = "projects";
    const VERSION: u32 = 1;

    fn apply(&mut self, recorded: &Recorded<'_>) {
        if let Some(Event::Project(event)) = recorded.event {
            fold(&mut self.project, recorded, event);
        }
    }
}
