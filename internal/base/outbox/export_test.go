package outbox

// PauseAfter is exported for tests.
var PauseAfter = pauseAfter

// ClaimStatement returns the statement that claims entries of the table.
func ClaimStatement[E any](t Table[E]) string { return t.sql(claimDue) }
