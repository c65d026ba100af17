#pragma once

#include <nettle/md5.h>
#include <nettle/sha2.h>

#include <string>
#include <string_view>

namespace lvsd {

// MD5 over pieces, as `digest` in the configuration wants it and genhash printed it.
class Md5 {
 public:
  Md5();

  void add(std::string_view bytes);
  // Lower-case hexadecimal. REQUIRES: the last call.
  std::string hexadecimal();

 private:
  md5_ctx state_;
};

// SHA-256 over pieces.
class Sha256 {
 public:
  Sha256();

  void add(std::string_view bytes);
  // REQUIRES, of either: the last call.
  std::string bytes();        // 32
  std::string hexadecimal();  // lower-case

 private:
  sha256_ctx state_;
};

// RFC 4648, with padding.
std::string base64(std::string_view bytes);

}  // namespace lvsd
