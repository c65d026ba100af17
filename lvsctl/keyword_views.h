#pragma once

#include <span>
#include <string>
#include <vector>

#include "api/config_views.h"
#include "config/keywords.h"

namespace lvsd::ctl {

// The rows of lib/config's table as they are shown.
api::KeywordView keyword_view(const Keyword& keyword);
std::vector<api::KeywordView> keyword_views(std::span<const Keyword* const> keywords);

// Every spelling there is, sorted, each once.
std::vector<std::string> spellings();

}  // namespace lvsd::ctl
