//! What answers like EC2 and like STS, and homes that ask them.

use super::child::Home;
use super::server::{sts, sts_error, Request, Response, Server};

pub fn keys(home: Home) -> Home {
    home.set("AWS_ACCESS_KEY_ID", "AKIDENV")
        .set("AWS_SECRET_ACCESS_KEY", "SECRETCANARY")
}

/// IMDSv2 as EC2 answers it: nothing without a token, no token without a TTL.
pub fn imds(credentials: impl Fn() -> Response + Send + Sync + 'static) -> Server {
    Server::start(move |request| {
        let authorized = request.header("x-aws-ec2-metadata-token") == Some("TOKENCANARY");
        let path = "/latest/meta-data/iam/security-credentials/";
        match request.line.as_str() {
            "PUT /latest/api/token" => {
                let Some(ttl) = request.header("x-aws-ec2-metadata-token-ttl-seconds") else {
                    return Response::new(400, "");
                };
                let mut response = Response::new(200, "TOKENCANARY");
                let header = "x-aws-ec2-metadata-token-ttl-seconds";
                response.headers.push((header, ttl.to_owned()));
                response
            }
            _ if !authorized => Response::new(401, ""),
            line if line == format!("GET {path}") => Response::new(200, "a-role"),
            line if line == format!("GET {path}a-role") => credentials(),
            _ => Response::new(404, ""),
        }
    })
}

pub fn at(server: &Server) -> Home {
    Home::new()
        .set("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.url())
        .set("AWS_EC2_METADATA_DISABLED", "false")
}

pub fn web_identity(home: Home, server: &Server) -> Home {
    let token = home.write("token", "WEBTOKENCANARY");
    home.set("AWS_WEB_IDENTITY_TOKEN_FILE", token.to_str().unwrap())
        .set("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/r")
        .set("AWS_ENDPOINT_URL_STS", server.url())
}

pub fn a_sts() -> Server {
    Server::start(|request: &Request| {
        let field = |name: &str| request.body.split('&').find_map(|f| f.strip_prefix(name));
        match field("Action=") {
            Some("AssumeRoleWithWebIdentity") => {
                assert_eq!(field("WebIdentityToken="), Some("WEBTOKENCANARY"));
                Response::new(200, sts("AssumeRoleWithWebIdentity", "AKIDWEB"))
            }
            Some("AssumeRole") => {
                let by = request.header("authorization").unwrap();
                let by = by
                    .split("Credential=")
                    .nth(1)
                    .unwrap()
                    .split('/')
                    .next()
                    .unwrap();
                Response::new(200, sts("AssumeRole", &format!("AKIDROLEBY-{by}")))
            }
            _ => Response::new(400, sts_error("InvalidAction", "no")),
        }
    })
}
