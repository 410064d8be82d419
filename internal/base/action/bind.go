package action

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"hubbub/internal/base/fault"
)

// maxBody is the size limit of a body by HTTP, in bytes. A frame on the socket is
// limited to 64 KiB before it gets here.
const maxBody = 256 << 10

// Validator is an input that Bind validates after it has read it.
type Validator interface{ Validate() error }

// sdkPrefix is the prefix of the parameters with which a client of Sails states
// its version. It may add them to any request.
const sdkPrefix = "__sails_io_sdk_"

// Bind reads the request into the struct that in points to, by the names of its
// json tags. A field tagged `required:"true"` must be given. For missing fields,
// fields that cannot be read, and NUL in a text, Bind returns a 422 that names each
// of them; for a body that is not a JSON object it returns a 400.
//
// Under /api a name that is neither in the struct nor in the route's path is part
// of that 422 as well, and so is any query parameter of a request that has a body.
// Pages and WebSocket handshakes ignore unknown names, and names with sdkPrefix are
// always ignored.
func Bind(c echo.Context, in any) error {
	values, err := read(c)
	if err != nil {
		return err
	}
	wrong := map[string]string{}
	if isStrict(c) {
		refuseUnknown(c, values, reflect.TypeOf(in).Elem(), wrong)
	}
	for i, name := range c.ParamNames() {
		values[name] = quoted(c.ParamValues()[i])
	}
	if assign(values, reflect.ValueOf(in).Elem(), wrong); len(wrong) > 0 {
		return &fault.Fault{Status: http.StatusUnprocessableEntity, Errors: wrong}
	}
	if v, ok := in.(Validator); ok {
		return v.Validate()
	}
	return nil
}

// NoInput is Bind for an action without input: it refuses every parameter.
func NoInput(c echo.Context) error { return Bind(c, &struct{}{}) }

func isStrict(c echo.Context) bool {
	return strings.HasPrefix(c.Request().URL.Path, "/api/") && !c.IsWebSocket()
}

const (
	maxUnknown     = 10 // the most unknown names that an answer and the log quote
	maxUnknownName = 64 // the most bytes of a name that they quote
)

// refuseUnknown adds to wrong the names in the request that the action does not
// have.
func refuseUnknown(c echo.Context, values map[string]json.RawMessage, in reflect.Type, wrong map[string]string) {
	known := slices.Clone(c.ParamNames())
	for i := range in.NumField() {
		known = append(known, nameOf(in.Field(i)))
	}
	names := slices.Collect(maps.Keys(values))
	names = slices.DeleteFunc(names, func(name string) bool { return slices.Contains(known, name) })
	if !hasQueryInput(c.Request().Method) {
		names = append(names, slices.Collect(maps.Keys(c.QueryParams()))...)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return strings.HasPrefix(name, sdkPrefix) })
	slices.Sort(names)
	for _, name := range names[:min(len(names), maxUnknown)] {
		wrong[name[:min(len(name), maxUnknownName)]] = "is not known here"
	}
}

// hasQueryInput reports whether a request with this method has its input in the
// query. Other requests have it in the body.
func hasQueryInput(method string) bool {
	return method == http.MethodGet || method == http.MethodDelete || method == http.MethodHead
}

func nameOf(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}

func read(c echo.Context) (map[string]json.RawMessage, error) {
	r := c.Request()
	if hasQueryInput(r.Method) {
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
		return nil, fault.Malformed("The body is not a JSON object.").WithCause(err)
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
	return fault.Malformed(detail).WithCause(err)
}

// flatten turns a query or a form into a JSON object of strings; the input types
// accept strings too. The values of a name given twice are joined by a comma.
func flatten(values map[string][]string) map[string]json.RawMessage {
	out := make(map[string]json.RawMessage, len(values))
	for name, vs := range values {
		out[name] = quoted(strings.Join(vs, ","))
	}
	return out
}

func quoted(s string) json.RawMessage {
	raw, _ := json.Marshal(s) // cannot fail for a string
	return raw
}

// assign sets the fields of the struct, and adds to wrong each field that it cannot
// set.
func assign(values map[string]json.RawMessage, in reflect.Value, wrong map[string]string) {
	for i := range in.NumField() {
		field := in.Type().Field(i)
		name := nameOf(field)
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
