"""Lambda handlers of schedules, queues, streams and webhooks."""
