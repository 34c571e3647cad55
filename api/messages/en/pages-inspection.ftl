# Pages of inspection and reports.
