package fault_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hubbub/internal/base/fault"
)

func TestFaultIsFoundInTheErrorChain(t *testing.T) {
	err := fmt.Errorf("read the room: %w", fault.NotFound())
	if f := fault.Of(err); f.Status != http.StatusNotFound {
		t.Errorf("found %v", f)
	}
	if !fault.Is(err, http.StatusNotFound) || fault.Is(err, http.StatusConflict) || fault.Is(nil, http.StatusNotFound) {
		t.Error("Is reports the wrong status")
	}
	if fault.Of(nil) != nil {
		t.Error("Of(nil) is not nil")
	}
}

func TestFaultOfAnUnexpectedErrorHidesItsCause(t *testing.T) {
	cause := errors.New("the password is hunter2")
	f := fault.Of(cause)
	document, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	if f.Status != http.StatusInternalServerError || strings.Contains(string(document), "hunter2") {
		t.Errorf("the reader gets %s", document)
	}
	if !errors.Is(f, cause) || !strings.Contains(f.Error(), "hunter2") {
		t.Errorf("the log gets %v", f)
	}
}

func TestFaultMarshalsAsAProblemDocument(t *testing.T) {
	document, err := json.Marshal(fault.Invalid("text", "is empty").And("roomId", "is required"))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"type":"about:blank","title":"Unprocessable Entity","status":422,"errors":{"roomId":"is required","text":"is empty"}}`
	if string(document) != want {
		t.Errorf("got %s", document)
	}
}
