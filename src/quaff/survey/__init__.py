"""A survey of a project written for Flask: what of it Quaff treats differently, read, never run."""
