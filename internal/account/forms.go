package account

import (
	"net/http"

	"hubbub/internal/fault"
)

// wrong is what a form says beside its fields, whole sentences by field.
type wrong map[string]string

// fieldNames begin the sentences: "The email is not an email address."
var fieldNames = map[string]string{
	"fullName": "The name",
	"name":     "The name",
	"email":    "The email",
	"current":  "The current password",
	"password": "The password",
}

// refusal turns an error into what the form says; what concerns no field by
// name is said at general. An error that is not the sender's comes back as err.
func refusal(cause error, general string) (says wrong, status int, err error) {
	f := fault.Of(cause)
	if f == nil || f.Status >= http.StatusInternalServerError {
		return nil, http.StatusOK, cause
	}
	says = wrong{}
	for field, reason := range f.Errors {
		says[field] = fieldNames[field] + " " + reason + "."
	}
	if len(says) == 0 {
		says[general] = f.Detail
	}
	return says, f.Status, nil
}
