"""Questions about the articles that a workflow's intents reach; one file is one question."""
