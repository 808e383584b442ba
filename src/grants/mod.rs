//! The grant types of the token endpoint. Each turns a credential into a claim; none can say yes.
