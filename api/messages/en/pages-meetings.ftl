# Pages of meetings and Wednesdays.
