"""Line mode's commands, a file for each kind."""
