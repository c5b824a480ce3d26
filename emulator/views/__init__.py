"""Views read events and render them; they never change a run."""
