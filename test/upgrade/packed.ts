import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

const { ZSTD_c_compressionLevel, ZSTD_c_enableLongDistanceMatching, ZSTD_c_windowLog, ZSTD_d_windowLogMax } = constants
/** As large as a database folder: its three databases are nearly the same. */
const WINDOW_LOG = 27

export function pack(bytes: Buffer): Buffer {
  return zstdCompressSync(bytes, {
    params: { [ZSTD_c_compressionLevel]: 19, [ZSTD_c_enableLongDistanceMatching]: 1, [ZSTD_c_windowLog]: WINDOW_LOG },
  })
}

export function unpack(bytes: Buffer): Buffer {
  return zstdDecompressSync(bytes, { params: { [ZSTD_d_windowLogMax]: WINDOW_LOG } })
}
