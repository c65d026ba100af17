#include "model/check.h"

namespace lvsd {

namespace {

struct Keyword {
  std::string_view operator()(const TcpCheck&) const { return "TCP_CHECK"; }
};

}  // namespace

std::string_view keyword(const Probe& probe) {
  return std::visit(Keyword{}, probe);
}

}  // namespace lvsd
