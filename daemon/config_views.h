#pragma once

#include <string>
#include <vector>

#include "api/config_views.h"
#include "config/changes.h"
#include "config/diagnostic.h"
#include "config/entries.h"
#include "config/load.h"

namespace lvsd {

// What lib/config says, as the views of lib/api: for the daemon's answers, and for lvsctl where it
// needs no daemon.

api::DiagnosticView diagnostic_view(const Diagnostic& diagnostic);
std::vector<api::DiagnosticView> diagnostic_views(const Diagnostics& diagnostics);

// Errors and warnings: what someone who did not ask about the file's style should see.
Diagnostics without_notes(Diagnostics diagnostics);

// That `what` does not load, and the first of why: one line.
std::string load_trouble(const std::string& what, const Diagnostics& diagnostics);

api::ConfigCheckView check_view(const std::string& file, const Loaded& loaded);

std::vector<api::ChangeView> change_views(const std::vector<Change>& changes);
// Back again, to be printed: unknown kinds are changes.
std::vector<Change> changes_of(const std::vector<api::ChangeView>& views);

enum class ShownAs : bool { text, entries };

// `origins` may be null: it is not said where the values are from. The file's name is
// config.files.front().
api::ConfigView config_view(const Config& config, Detail detail, ShownAs as,
                            const Origins* origins);

// With the secrets in it put out of sight.
Config without_secrets(Config config);

}  // namespace lvsd
