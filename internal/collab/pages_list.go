package collab

import (
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
)

func (p pages) lists(g *echo.Group) {
	g.GET("/documents", account.PageAction(p.list))
	g.POST("/documents", account.PageAction(p.create))
	g.POST("/documents/import", account.PageAction(p.importFile))
}

// NewForm is the form for a new document, with the problems of the last attempt.
type NewForm struct {
	Title    string `json:"title"`
	Template string `json:"template"`

	problem       string // with the title
	importProblem string
}

func (p pages) list(c echo.Context, who account.User, in listInput) error {
	return p.showList(c, http.StatusOK, who, in, NewForm{})
}

func (p pages) showList(c echo.Context, status int, who account.User, in listInput, form NewForm) error {
	shelf, err := p.documents.listPage(c.Request().Context(), nil, who.ID, in)
	if err != nil {
		return err
	}
	shelf.Form = form
	return p.show(c, status, "Documents", DocumentsPage(shelf), "collab/list.js")
}

func (p pages) create(c echo.Context, who account.User, in NewForm) error {
	chosen, title := templateOf(in.Template), strings.TrimSpace(in.Title)
	if title == "" {
		title = chosen.titleFor(c.Request().Context(), p.documents.now())
	}
	d, err := p.documents.Import(c.Request().Context(), nil, who.ID, Draft{Title: &title}, chosen.markdown, "")
	if in.problem = problemOf(err); in.problem != "" {
		return p.showList(c, fault.Of(err).Status, who, listInput{}, in)
	}
	return redirect(c, path(d.ID), err)
}

// problemOf returns the text that a form shows for an error, if the input is wrong or
// conflicts (422, 409). It is "" for other errors, which have pages of their own.
func problemOf(err error) string {
	f := fault.Of(err)
	if f == nil || f.Status != http.StatusUnprocessableEntity && f.Status != http.StatusConflict {
		return ""
	}
	for _, reason := range f.Errors {
		return reason
	}
	return f.Detail
}

func redirect(c echo.Context, to string, err error) error {
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, to)
}

func (p pages) importFile(c echo.Context, who account.User, _ struct{}) error {
	file, err := readUpload(c)
	if err == nil {
		var d Document
		d, err = p.documents.Import(c.Request().Context(), nil, who.ID, Draft{Title: &file.title}, file.markdown, file.plain)
		if err == nil {
			return c.Redirect(http.StatusSeeOther, path(d.ID))
		}
	}
	if problem := problemOf(err); problem != "" {
		return p.showList(c, fault.Of(err).Status, who, listInput{}, NewForm{importProblem: problem})
	}
	return err
}

// upload is an imported file: its Markdown or its plain text.
type upload struct{ title, markdown, plain string }

func readUpload(c echo.Context) (u upload, err error) {
	file, err := c.FormFile("file")
	if err != nil || file.Size == 0 {
		return u, fault.Invalid("file", "Choose a file that isn’t empty.")
	}
	text, err := contentOf(file)
	if err != nil {
		return u, err
	}
	name := filepath.Base(file.Filename)
	kind := filepath.Ext(name)
	u.title = titleIn(strings.TrimSuffix(name, kind))
	if kind = strings.ToLower(kind); kind == ".md" || kind == ".markdown" {
		u.markdown = text
	} else {
		u.plain = text
	}
	return u, nil
}

func contentOf(file *multipart.FileHeader) (string, error) {
	if file.Size > maxContent {
		return "", fault.Invalid("file", "This file is too large. The limit is 200 KiB.")
	}
	f, err := file.Open()
	if err != nil {
		return "", err
	}
	defer f.Close()
	content, err := io.ReadAll(f)
	if err == nil && (!utf8.Valid(content) || strings.ContainsRune(string(content), 0)) {
		err = fault.Invalid("file", "This isn’t a text file. Import Markdown or plain text.")
	}
	return string(content), err
}

// titleIn makes a title of a file name.
func titleIn(name string) string {
	title := strings.Join(strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' || r == ' ' }), " ")
	if runes := []rune(strings.ToValidUTF8(title, "")); len(runes) > maxTitle {
		title = string(runes[:maxTitle])
	}
	if title == "" {
		return templateOf("").title
	}
	return title
}

// olderPath returns the path of the next page of the list.
func (s List) olderPath() string {
	values := url.Values{"before": {placeOf(s.Documents[len(s.Documents)-1]).String()}}
	if s.Query != "" {
		values.Set("query", s.Query)
	}
	return "/documents?" + values.Encode()
}
