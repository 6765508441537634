/*
 * A picture of the stage as a file of its own: what the page's style sheets gave it becomes attributes, what it borrowed
 * from the glyph sheet is drawn in place.
 */

const kept = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
] as const;
const ns = 'http://www.w3.org/2000/svg';

/** `var(--name, other)` by what the property is at this place. */
function resolved(value: string, at: CSSStyleDeclaration): string {
  const filled = value.replaceAll(
    /var\((--[\w-]+)(?:,\s*([\w-]+))?\)/g,
    (_, name: string, other: string | undefined) => {
      const own = at.getPropertyValue(name).trim();
      return own || other || 'none';
    },
  );
  return filled.replaceAll('currentColor', at.color).replaceAll('currentcolor', at.color);
}

function drawn(use: SVGUseElement, style: CSSStyleDeclaration): SVGElement | undefined {
  const symbol = document.querySelector(use.getAttribute('href') ?? '');
  if (!symbol) return undefined;
  const svg = document.createElementNS(ns, 'svg');
  for (const name of ['x', 'y', 'width', 'height', 'opacity']) {
    const value = use.getAttribute(name);
    if (value !== null) svg.setAttribute(name, value);
  }
  svg.setAttribute('viewBox', symbol.getAttribute('viewBox') ?? '0 0 24 24');
  svg.setAttribute('stroke-width', style.strokeWidth);
  svg.setAttribute('opacity', style.opacity);
  for (const child of symbol.children) svg.append(child.cloneNode(true));
  for (const element of svg.querySelectorAll('*'))
    for (const name of ['fill', 'stroke']) {
      const value = element.getAttribute(name);
      if (value?.includes('var(') || value?.toLowerCase() === 'currentcolor')
        element.setAttribute(name, resolved(value, style));
    }
  return svg;
}

/** A picture without what the page gave it from outside. */
function resolvedCopy(picture: SVGSVGElement): SVGSVGElement {
  const copy = document.importNode(picture, true);
  const originals = [...picture.querySelectorAll<SVGElement>('*')];
  const copies = [...copy.querySelectorAll<SVGElement>('*')];
  originals.forEach((original, i) => {
    const twin = copies[i];
    if (!twin) return;
    if (original.classList.contains('hit') || original.classList.contains('spot')) {
      twin.remove();
      return;
    }
    const style = getComputedStyle(original);
    if (original instanceof SVGUseElement) {
      const glyph = drawn(original, style);
      if (glyph) twin.replaceWith(glyph);
      return;
    }
    for (const name of kept) {
      const value = style.getPropertyValue(name);
      if (value) twin.setAttribute(name, value);
    }
    for (const name of ['class', 'role', 'tabindex', 'aria-hidden', 'style', 'data-spot'])
      twin.removeAttribute(name);
  });
  // What Svelte leaves between blocks is of no use in a file.
  const comments = document.createTreeWalker(copy, NodeFilter.SHOW_COMMENT);
  const found: Node[] = [];
  while (comments.nextNode()) found.push(comments.currentNode);
  for (const comment of found) comment.parentNode?.removeChild(comment);
  for (const name of ['class', 'aria-label', 'data-spot']) copy.removeAttribute(name);
  return copy;
}

/** The pictures that are shown as one file: beside each other where they stand so on the page, else one below the other. */
export function standaloneSvg(pictures: readonly SVGSVGElement[]): string {
  const [first, second] = pictures;
  if (!first) throw new Error('"pictures" expected at least one, got none');
  const isBeside =
    second !== undefined &&
    Math.abs(first.getBoundingClientRect().top - second.getBoundingClientRect().top) < 1;
  const sheet = document.createElementNS(ns, 'svg');
  const title = document.createElementNS(ns, 'title');
  title.textContent = pictures.map((picture) => picture.getAttribute('aria-label') ?? '').join('. ');
  const ground = document.createElementNS(ns, 'rect');
  ground.setAttribute('width', '100%');
  ground.setAttribute('height', '100%');
  ground.setAttribute('fill', getComputedStyle(first).getPropertyValue('--canvas').trim());
  sheet.append(title, ground);
  let [width, height] = [0, 0];
  for (const picture of pictures) {
    const box = picture.viewBox.baseVal;
    const copy = resolvedCopy(picture);
    copy.setAttribute('x', String(isBeside ? width : 0));
    copy.setAttribute('y', String(isBeside ? 0 : height));
    copy.setAttribute('width', String(box.width));
    copy.setAttribute('height', String(box.height));
    sheet.append(copy);
    [width, height] = isBeside
      ? [width + box.width, Math.max(height, box.height)]
      : [Math.max(width, box.width), height + box.height];
  }
  sheet.setAttribute('xmlns', ns);
  sheet.setAttribute('viewBox', `0 0 ${width} ${height}`);
  sheet.setAttribute('width', String(width));
  sheet.setAttribute('height', String(height));
  sheet.setAttribute('role', 'img');
  return new XMLSerializer().serializeToString(sheet);
}
