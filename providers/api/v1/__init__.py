"""/api/v1: the frame that every call has, and the calls about senders."""
