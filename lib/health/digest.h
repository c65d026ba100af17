#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace lvsd {

// MD5 over pieces, as `digest` in the configuration wants it and genhash printed it.
class Digest {
 public:
  Digest();
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;

  void add(std::string_view bytes);
  // Lower-case hexadecimal. REQUIRES: the last call.
  std::string hexadecimal();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// RFC 4648, with padding.
std::string base64(std::string_view bytes);

}  // namespace lvsd
