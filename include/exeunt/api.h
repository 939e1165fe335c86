#pragma once

/// Stands in `namespace EXEUNT_API exeunt {` of the public headers: what is declared there is seen outside the shared
/// library, and nothing else is.
#define EXEUNT_API [[gnu::visibility("default")]]
