"""The one table of what a run can be asked for, and the requests made of it."""
