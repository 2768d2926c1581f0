"""Where releases are made: the schedule, what the assistant learns, the gate and the swap."""
