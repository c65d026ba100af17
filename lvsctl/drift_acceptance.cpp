#include "lvsctl/drift_acceptance.h"

#include <algorithm>
#include <string>

#include "base/parse_number.h"

namespace lvsd::ctl {
namespace {

struct Split {
  std::string rest;  // all but the weight
  std::optional<std::uint32_t> weight;
};

Split split(std::string_view settings) {
  constexpr std::string_view word = " weight ";
  const auto at = settings.find(word);
  if (at == settings.npos) return {std::string(settings), {}};
  const std::string_view after = settings.substr(at + word.size());
  const auto end = std::min(after.find(' '), after.size());
  return {std::string(settings.substr(0, at)) + std::string(after.substr(end)),
          parse_number<std::uint32_t>(after.substr(0, end))};
}

}  // namespace

std::optional<std::uint32_t> changed_weight(std::string_view found, std::string_view wanted) {
  const Split is = split(found);
  const Split was = split(wanted);
  if (!is.weight || !was.weight || is.rest != was.rest || is.weight == was.weight)
    return std::nullopt;
  return is.weight;
}

}  // namespace lvsd::ctl
