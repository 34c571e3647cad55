# Pages of agreements, projects, imports and documents.
