//! A page that is one file: nothing from elsewhere belongs to it, and it goes into nobody's frame.
//!
//! It holds nothing of the program: what it shows it asks for over HTTP. What the pages have in common is `page.js`, which stands in each of
//! them as a script from beside; it is put in its place when the page is served, so there is no chain that builds them.

use axum::http::header;
use axum::response::IntoResponse;

const COMMON: &str = include_str!("page.js");
/// As a browser finds the file that lies beside the page's folder, where the page is opened without a server.
const HERE: &str = "<script src=\"../page.js\"></script>";
const POLICY: &str = "default-src 'none'; img-src data:; connect-src 'self'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page as a browser gets it; open to everybody, as it tells nothing.
pub fn of_one_file(page: &'static str) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-cache"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, whole(page))
}

fn whole(page: &str) -> String {
    page.replacen(HERE, &format!("<script>\n{COMMON}</script>"), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_served_as_one_file() {
        let pages =
            [include_str!("touch/page.html"), include_str!("reception/page.html"), include_str!("rececon/page.html")];
        for page in pages {
            let served = whole(page);
            assert!(!served.contains(" src=\"") && served.contains("async function call("), "{served}");
        }
    }
}
