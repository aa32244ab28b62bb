/** A search with words that no page has, such as a host or a port, finds what the others find. */
const parseQuery = Search._parseQuery;
Search._parseQuery = (query) => {
  const parsed = parseQuery(query);
  const words = Object.keys({ ...Search._index.terms, ...Search._index.titleterms });
  const known = [...parsed[1]].filter((term) => words.some((word) => word.includes(term)));
  if (known.length) parsed[1] = new Set(known);
  return parsed;
};
