package dashboard

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/base/action"
	"hubbub/web"
)

// productsView is the data of the product pages.
type productsView struct {
	products  []Product // the list
	product   Product   // or one of them
	form      productForm
	mayChange bool
}

type productForm struct {
	ID          action.ID `json:"id"`
	Name        string    `json:"name"`
	Description string    `json:"description"`
	Price       string    `json:"price"`

	wrong map[string]string
}

func productPath(id int64) string { return "/products/" + decimal(id) }

func formOf(p Product) productForm {
	return productForm{Name: p.Name, Description: p.Description, Price: p.Price.String()}
}

// change returns the change that the form asks for; false if the price is invalid.
func (f *productForm) change() (ProductChange, bool) {
	price, ok := parseMoney(f.Price)
	if !ok {
		f.wrong = map[string]string{"price": "This must be an amount such as 1249.50."}
	}
	return ProductChange{Name: &f.Name, Description: &f.Description, Price: &price}, ok
}

func (p pages) products(c echo.Context, who account.User, _ nothing) error {
	return p.showProducts(c, http.StatusOK, who, productForm{})
}

func (p pages) showProducts(c echo.Context, status int, who account.User, form productForm) error {
	products, err := p.orders.Products(c.Request().Context(), nil, nil, maxPage)
	if err != nil {
		return err
	}
	v := productsView{products: products, form: form, mayChange: who.IsStaff()}
	return p.show(c, status, "Products", "dashboard/products.js", func(page web.Page) templ.Component { return productsPage(page, v) })
}

func (p pages) addProduct(c echo.Context, who account.User, in productForm) error {
	made, err := p.save(&in, func(ch ProductChange) (Product, error) {
		return p.orders.AddProduct(c.Request().Context(), nil, who, ch)
	})
	if in.wrong != nil {
		return p.showProducts(c, http.StatusUnprocessableEntity, who, in)
	}
	return redirect(c, productPath(made.ID), err)
}

func (p pages) product(c echo.Context, who account.User, in idInput) error {
	return p.showProduct(c, http.StatusOK, who, int64(in.ID), nil)
}

// showProduct shows the product with a form: of its current values, or as submitted.
func (p pages) showProduct(c echo.Context, status int, who account.User, id int64, form *productForm) error {
	one, err := p.orders.Product(c.Request().Context(), nil, id)
	if err != nil {
		return err
	}
	v := productsView{product: one, form: formOf(one), mayChange: who.IsStaff()}
	if form != nil {
		v.form = *form
	}
	return p.show(c, status, one.Name, "dashboard/products.js", func(page web.Page) templ.Component { return productPage(page, v) })
}

func (p pages) changeProduct(c echo.Context, who account.User, in productForm) error {
	_, err := p.save(&in, func(ch ProductChange) (Product, error) {
		return p.orders.ChangeProduct(c.Request().Context(), nil, who, int64(in.ID), ch)
	})
	if in.wrong != nil {
		return p.showProduct(c, http.StatusUnprocessableEntity, who, int64(in.ID), &in)
	}
	return redirect(c, productPath(int64(in.ID)), err)
}

// save runs do with the change of the form. Errors of fields are then in form.wrong.
func (p pages) save(form *productForm, do func(ProductChange) (Product, error)) (Product, error) {
	change, ok := form.change()
	if !ok {
		return Product{}, nil
	}
	saved, err := do(change)
	form.wrong = wrongFields(err)
	return saved, err
}

func (p pages) removeProduct(c echo.Context, who account.User, in idInput) error {
	return redirect(c, "/products", p.orders.RemoveProduct(c.Request().Context(), nil, who, int64(in.ID)))
}
