// Rules of ipvsadm's, as somebody gives them to lvsctl.
#include <cstdint>
#include <string>

#include "config/import.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  lvsd::imported_rules(text, "rules", {});
  return 0;
}
