import { Failure } from './failure.ts'

/*
 * What a person's SELECT names, looked up in the tree that DuckDB's own parser makes of it. DuckDB is locked besides;
 * but where our files lie, and what its settings are, it would tell.
 */

/** Functions that make rows out of what they are given. */
const rowMakers: ReadonlySet<string> = new Set([
  'range',
  'generate_series',
  'unnest',
  'repeat',
  'json_each',
  'json_tree',
])
/** They tell of the machine, or write. */
const notForPeople =
  /^(?:current_setting|getenv|getvariable|write_log|nextval|currval|pg_\w+|duckdb_\w+|pragma_\w+|read_\w+|query\w*)$/

type Branch = Readonly<Record<string, unknown>>
type Names = ReadonlySet<string>

/** Throws Failure unless the answer of `json_serialize_sql` is one SELECT that reads the table `data` alone. */
export function checkTree(json: string): void {
  const { error, statements }: { error?: unknown; statements?: unknown } = JSON.parse(json)
  if (error !== false || !Array.isArray(statements) || statements.length !== 1) throw notOneSelect
  check(statements, new Set(['data']))
}

function check(branch: unknown, known: Names): void {
  if (Array.isArray(branch)) for (const each of branch) check(each, known)
  if (!isBranch(branch)) return
  checkTable(branch, known)
  if (typeof branch.function_name === 'string' && notForPeople.test(branch.function_name.toLowerCase())) throw outside
  const { cte_map: named, left, ...rest } = branch
  // What stands before UNION in a recursion does not know the recursion's name yet.
  const repeated = branch.type === 'RECURSIVE_CTE_NODE' ? new Set([...known, nameIn(branch.cte_name)]) : known
  const inner = checkNamed(named, known)
  check(left, inner)
  for (const each of Object.values(rest)) check(each, new Set([...inner, ...repeated]))
}

function checkTable(branch: Branch, known: Names): void {
  const { type, table_name: table, schema_name: schema, catalog_name: catalog } = branch
  const isOwn = schema === 'main' && nameIn(table) === 'data'
  if (type === 'BASE_TABLE' && (catalog !== undefined || (schema === undefined ? !known.has(nameIn(table)) : !isOwn)))
    throw outside
  // SHOW TABLES and its like; DESCRIBE has a query instead.
  if (type === 'SHOW_REF' && branch.query === undefined) throw outside
  if (type === 'TABLE_FUNCTION' && !(isBranch(branch.function) && rowMakers.has(nameIn(branch.function.function_name))))
    throw outside
}

/** Each query in a WITH knows those before it. */
function checkNamed(named: unknown, known: Names): Names {
  const names = new Set(known)
  if (!isBranch(named) || !Array.isArray(named.map)) return names
  for (const each of named.map) {
    if (!isBranch(each)) throw outside
    check(each.value, new Set(names))
    names.add(nameIn(each.key))
  }
  return names
}

function isBranch(value: unknown): value is Branch {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function nameIn(name: unknown): string {
  return typeof name === 'string' ? name.toLowerCase() : ''
}

const notOneSelect = new Failure({
  zh: '只能写一条 SELECT 查询。表名是 data，例如：stats sql "select 城市, sum(金额) from data group by 城市"',
  en: 'One SELECT alone is run. The table is named data: stats sql "select city, sum(amount) from data group by city"',
})

/** The same in all cases: what else there is, is not for guessing. */
export const outside = new Failure({
  zh: '查询只能用表 data：不能读别的文件或表，不能上网，也不能改设置。',
  en: 'A query may use the table data alone: no other file or table, no network, no setting.',
})
