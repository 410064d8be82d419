package action

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"reflect"
	"strings"

	"github.com/labstack/echo/v4"

	"hubbub/internal/fault"
)

// maxBody bounds a body by HTTP; a frame on the socket is bounded at 64 KiB
// before it gets here.
const maxBody = 256 << 10

// Validator is an input that checks itself once it is read.
type Validator interface{ Validate() error }

// Bind reads the request into the struct that in points to, by the names of
// its json tags. A field tagged `required:"true"` must be there. Fields that
// cannot be read, and NUL in a text, are a 422 that names each of them; a body
// that is no JSON object is a 400. Unknown names are ignored, so that newer
// clients may send more.
func Bind(c echo.Context, in any) error {
	values, err := read(c)
	if err != nil {
		return err
	}
	for i, name := range c.ParamNames() {
		values[name] = quoted(c.ParamValues()[i])
	}
	if err := assign(values, reflect.ValueOf(in).Elem()); err != nil {
		return err
	}
	if v, ok := in.(Validator); ok {
		return v.Validate()
	}
	return nil
}

func read(c echo.Context) (map[string]json.RawMessage, error) {
	r := c.Request()
	if r.Method == http.MethodGet || r.Method == http.MethodDelete || r.Method == http.MethodHead {
		return flatten(c.QueryParams()), nil
	}
	r.Body = http.MaxBytesReader(c.Response(), r.Body, maxBody)
	switch kind, _, _ := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType)); kind {
	case echo.MIMEApplicationForm, echo.MIMEMultipartForm:
		form, err := c.FormParams()
		if err != nil {
			return nil, unreadable(err, "The form cannot be read.")
		}
		return flatten(form), nil
	default:
		return readJSON(r.Body)
	}
}

func readJSON(body io.Reader) (map[string]json.RawMessage, error) {
	raw, err := io.ReadAll(body)
	if err != nil {
		return nil, unreadable(err, "The body cannot be read.")
	}
	values := map[string]json.RawMessage{}
	if len(strings.TrimSpace(string(raw))) == 0 {
		return values, nil
	}
	if err := json.Unmarshal(raw, &values); err != nil || values == nil {
		return nil, fault.Malformed("The body is not a JSON object.").Because(err)
	}
	return values, nil
}

func unreadable(err error, detail string) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return fault.TooLarge("The body is larger than 256 KiB.")
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fault.New(http.StatusRequestTimeout, "The body took too long to arrive. Send it again.")
	}
	return fault.Malformed(detail).Because(err)
}

// flatten makes a query or a form look like a JSON object of strings; the
// input types accept both forms. A name given twice becomes a list.
func flatten(values map[string][]string) map[string]json.RawMessage {
	out := make(map[string]json.RawMessage, len(values))
	for name, vs := range values {
		out[name] = quoted(strings.Join(vs, ","))
	}
	return out
}

func quoted(s string) json.RawMessage {
	raw, _ := json.Marshal(s) // a string always marshals
	return raw
}

func assign(values map[string]json.RawMessage, in reflect.Value) error {
	wrong := map[string]string{}
	for i := range in.NumField() {
		field := in.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		raw, given := values[name]
		if !given || string(raw) == "null" {
			if field.Tag.Get("required") == "true" {
				wrong[name] = "is required"
			}
			continue
		}
		if reason := assignField(raw, in.Field(i)); reason != "" {
			wrong[name] = reason
		}
	}
	if len(wrong) > 0 {
		return &fault.Fault{Status: http.StatusUnprocessableEntity, Errors: wrong}
	}
	return nil
}

func assignField(raw json.RawMessage, field reflect.Value) (reason string) {
	if err := json.Unmarshal(raw, field.Addr().Interface()); err != nil {
		var refused refusal
		if errors.As(err, &refused) {
			return string(refused)
		}
		return "must be a " + field.Kind().String()
	}
	text := reflect.Indirect(field)
	if text.Kind() == reflect.String && strings.ContainsRune(text.String(), 0) {
		return "must not contain NUL"
	}
	return ""
}
