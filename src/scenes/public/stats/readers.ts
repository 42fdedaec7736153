/*
 * How cells are read, as macros of DuckDB: the same for a sample and for a gigabyte. Each gives NULL for what it cannot
 * read. The usual spelling goes first, by DuckDB's own cast; only what that refuses is looked at closely.
 */

/** The half-width twins of what Chinese keyboards write. */
const wide = '０１２３４５６７８９．，％＋－（）￥＄／：—−　\u00a0'
const narrow = '0123456789.,%+-()¥$/:--  '

const blank = String.raw`(?i)[\s\x{3000}\x{a0}]*(?:-{1,2}|—{1,2}|/|N/A|NA|#N/A|#DIV/0!|#VALUE!|#REF!|NULL|None|NaN|无|暂无|空)?[\s\x{3000}\x{a0}]*`

const numberPattern = [
  String.raw`^(?i)\s*(\()?([-+])?(?:US\$|HK\$|¥|\$|€|£|RMB|CNY|USD|EUR)? ?([-+])?`,
  String.raw`((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(E[-+]?\d{1,3})?`,
  String.raw` ?(%|‰|万亿|亿|千万|百万|万|千)? ?(?:元|块|人民币|美元|RMB|CNY|USD|EUR)?(\))?\s*$`,
].join('')
const numberNames = "['opened', 'sign', 'inner', 'digits', 'power', 'unit', 'closed']"

const timePattern = String.raw`(?:[T ,]*(上午|下午|凌晨|早上|中午|晚上|AM|PM)? ?(\d{1,2}) ?[:时点] ?(\d{1,2})?(?:[:分] ?(\d{1,2})(?:\.\d+)?秒?)?分? ?(AM|PM)?)?`
const tailPattern = String.raw` ?(?:Z|[-+]\d{2}:?(?:\d{2})?)? ?\(?(?:星期|周)?[一二三四五六日天]?\)?\s*$`
const yearFirst = String.raw`^(?i)\s*([1-9]\d{3}) ?[-/.年] ?(\d{1,2})(?: ?[-/.月] ?(\d{1,2}) ?[日号]?)? ?月? ?${timePattern}${tailPattern}`
const yearLast = String.raw`^(?i)\s*(\d{1,2})[-/.](\d{1,2})[-/.]([1-9]\d{3}) ?${timePattern}${tailPattern}`
const packed = String.raw`^\s*([1-9]\d{3})(\d{2})(\d{2})(?:[T ]?(\d{2}):?(\d{2})(?::?(\d{2}))?)?\s*$`
const clockNames = "'half', 'hour', 'minute', 'second', 'suffix'"

const wordFormats = ['%d %b %Y', '%d-%b-%Y', '%d %B %Y', '%b %d, %Y', '%b %d %Y', '%B %d, %Y', '%B %d %Y']

/** The hour of a clock that may count to twelve: 下午3时 is 15, 12 AM is 0. */
const hour24 = `CASE
  WHEN m.hour = '' THEN 0
  WHEN (upper(m.half) IN ('下午', '晚上', 'PM') OR upper(m.suffix) = 'PM') AND m.hour::INTEGER < 12 THEN m.hour::INTEGER + 12
  WHEN (upper(m.half) IN ('上午', '凌晨', 'AM') OR upper(m.suffix) = 'AM') AND m.hour::INTEGER = 12 THEN 0
  ELSE m.hour::INTEGER END`

const moment = (year: string, month: string, day: string, hour: string, minute: string, second: string): string =>
  `try_cast(format('{:0>4}-{:0>2}-{:0>2} {:0>2}:{:0>2}:{:0>2}', ${[year, month, day, hour, minute, second].join(', ')}) AS TIMESTAMP)`
const orZero = (field: string): string => `coalesce(nullif(${field}, ''), '0')`
const orFirst = (field: string): string => `coalesce(nullif(${field}, ''), '1')`
const clock = [`(${hour24})::VARCHAR`, orZero('m.minute'), orZero('m.second')] as const
/** The expression, with a regular expression's findings at hand as `m`: looked for once. */
const found = (pattern: string, names: string, body: string): string =>
  `list_extract(list_transform([regexp_extract(plain, '${pattern}', ${names})], lambda m: ${body}), 1)`

/**
 * All statements that make the macros. `number_of` and `date_of` are for cells of text, `serial_date` and `number_date`
 * for numbers.
 */
export const readerMacros: readonly string[] = [
  // As many bytes as letters: there is nothing wide in it.
  `CREATE MACRO plain_of(raw) AS CASE WHEN strlen(raw) = length(raw) THEN raw ELSE translate(raw, '${wide}', '${narrow}') END`,
  // No IN: DuckDB would join with the list, for every column that a view has.
  `CREATE MACRO is_blank(raw) AS raw IS NULL OR regexp_full_match(raw, '${blank}')`,
  // What holds no digit is neither a number nor a date, and most words are told by that alone.
  `CREATE MACRO has_digit(raw) AS regexp_matches(raw, '[0-9０-９]')`,
  `CREATE MACRO finite(x) AS CASE WHEN isfinite(x) THEN x END`,
  `CREATE MACRO messy_number(plain) AS ${found(
    numberPattern,
    numberNames,
    `CASE WHEN m.digits <> '' AND (m.opened = '') = (m.closed = '') AND (m.sign = '' OR m.inner = '') THEN
      finite(try_cast(replace(m.digits, ',', '') || m.power AS DOUBLE)
        * CASE WHEN m.opened <> '' OR m.sign = '-' OR m.inner = '-' THEN -1 ELSE 1 END
        * CASE m.unit WHEN '千' THEN 1e3 WHEN '万' THEN 1e4 WHEN '百万' THEN 1e6 WHEN '千万' THEN 1e7 WHEN '亿' THEN 1e8 WHEN '万亿' THEN 1e12 ELSE 1 END
        / CASE m.unit WHEN '%' THEN 100 WHEN '‰' THEN 1000 ELSE 1 END) END`,
  )}`,
  // What most tables have beside plain numbers, without the cost of a regular expression that remembers.
  `CREATE MACRO quick_number(raw) AS CASE
    WHEN ends_with(raw, '%') THEN finite(try_cast(raw[:-2] AS DOUBLE)) / 100
    WHEN contains(raw, ',') AND regexp_matches(raw, '^-?\\d{1,3}(?:,\\d{3})+(?:\\.\\d*)?$') THEN try_cast(replace(raw, ',', '') AS DOUBLE) END`,
  `CREATE MACRO number_of(raw) AS coalesce(finite(try_cast(raw AS DOUBLE)), quick_number(raw),
    CASE WHEN has_digit(raw) THEN messy_number(plain_of(raw)) END)`,
  `CREATE MACRO year_first(plain) AS ${found(
    yearFirst,
    `['year', 'month', 'day', ${clockNames}]`,
    `CASE WHEN m.year <> '' THEN ${moment('m.year', 'm.month', orFirst('m.day'), ...clock)} END`,
  )}`,
  `CREATE MACRO year_last(plain, day_first) AS ${found(
    yearLast,
    `['one', 'two', 'year', ${clockNames}]`,
    `CASE WHEN m.year <> '' THEN ${moment(
      'm.year',
      'CASE WHEN day_first THEN m.two ELSE m.one END',
      'CASE WHEN day_first THEN m.one ELSE m.two END',
      ...clock,
    )} END`,
  )}`,
  `CREATE MACRO packed_date(plain) AS ${found(
    packed,
    "['year', 'month', 'day', 'hour', 'minute', 'second']",
    `CASE WHEN m.year <> '' THEN ${moment('m.year', 'm.month', 'm.day', orZero('m.hour'), orZero('m.minute'), orZero('m.second'))} END`,
  )}`,
  `CREATE MACRO likely(moment) AS CASE WHEN moment BETWEEN TIMESTAMP '1000-01-01' AND TIMESTAMP '9999-12-31 23:59:59' THEN moment END`,
  `CREATE MACRO messy_date(plain, day_first) AS coalesce(year_first(plain), packed_date(plain), year_last(plain, day_first),
    CASE WHEN regexp_matches(plain, '[A-Za-z]') THEN try_strptime(plain, [${wordFormats.map((format) => `'${format}'`).join(', ')}]) END)`,
  `CREATE MACRO date_of(raw, day_first) AS coalesce(
    CASE
      WHEN strlen(raw) BETWEEN 8 AND 10 THEN likely(try_cast(raw AS DATE)::TIMESTAMP)
      WHEN strlen(raw) = 19 THEN likely(try_cast(raw AS TIMESTAMP))
      WHEN ends_with(raw, '日') THEN likely(try_cast(replace(replace(rtrim(raw, '日'), '年', '-'), '月', '-') AS DATE)::TIMESTAMP) END,
    CASE WHEN has_digit(raw) THEN messy_date(plain_of(raw), day_first) END)`,
  // Excel counts days from the last but one of 1899, because it believes in a 29th of February 1900.
  `CREATE MACRO serial_date(days) AS CASE WHEN days BETWEEN 1 AND 2958465.9 THEN
    TIMESTAMP '1899-12-30' + to_days(floor(days)::INTEGER) + to_seconds(round((days - floor(days)) * 86400)) END`,
  `CREATE MACRO number_date(x) AS CASE
    WHEN x = floor(x) AND x BETWEEN 1000 AND 9999 THEN make_timestamp(x::BIGINT, 1, 1, 0, 0, 0)
    WHEN x = floor(x) AND x BETWEEN 190001 AND 999912 AND (x::BIGINT % 100) BETWEEN 1 AND 12 THEN make_timestamp(x::BIGINT // 100, x::BIGINT % 100, 1, 0, 0, 0)
    WHEN x = floor(x) AND x BETWEEN 10000101 AND 99991231 THEN packed_date(x::BIGINT::VARCHAR)
    ELSE serial_date(x) END`,
]
