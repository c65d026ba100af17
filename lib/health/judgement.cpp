#include "health/judgement.h"

namespace lvsd {

std::string text(const Judgement& judgement) {
  std::string out(text(judgement.result));
  if (judgement.code != 0) out += "/" + std::to_string(judgement.code);
  if (!judgement.text.empty()) out += " " + judgement.text;
  return out;
}

}  // namespace lvsd
