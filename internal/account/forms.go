package account

import (
	"net/http"

	"hubbub/internal/base/fault"
)

// fieldErrors are the messages of a form by field, in whole sentences.
type fieldErrors map[string]string

// fieldNames begin the sentences: "The email is not a valid email address."
var fieldNames = map[string]string{
	"fullName": "The name",
	"name":     "The name",
	"email":    "The email",
	"current":  "The current password",
	"password": "The password",
}

// formErrors returns the messages of a form for a fault; one without field errors goes to the
// field general. Any other error, and a server error, is returned as err.
func formErrors(cause error, general string) (errs fieldErrors, status int, err error) {
	f := fault.Of(cause)
	if f == nil || f.Status >= http.StatusInternalServerError {
		return nil, http.StatusOK, cause
	}
	errs = fieldErrors{}
	for field, reason := range f.Errors {
		errs[field] = fieldNames[field] + " " + reason + "."
	}
	if len(errs) == 0 {
		errs[general] = f.Detail
	}
	return errs, f.Status, nil
}
