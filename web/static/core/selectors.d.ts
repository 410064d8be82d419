/** The part of a selector before a delimiter. */
type Before<Selector, Delimiter extends string> =
  Selector extends `${infer Head}${Delimiter}${string}` ? Head : Selector

/** The tag of a compound selector: "form" of "form#chat.is-open[data-room]:hover". */
type TagOf<Selector> = Before<Before<Before<Before<Selector, '['>, ':'>, '#'>, '.'>

type ElementNamed<Tag> =
  Tag extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[Tag]
  : Tag extends keyof SVGElementTagNameMap ? SVGElementTagNameMap[Tag]
  : HTMLElement

/** What a CSS selector finds: "[data-log] form.editor" a form, "#log" or "a, button" an HTMLElement. */
export type ElementOf<Selector extends string> =
  Selector extends `${string},${string}` ? HTMLElement
  : Selector extends `${string} ${infer Last}` ? ElementOf<Last>
  : ElementNamed<TagOf<Selector>>
