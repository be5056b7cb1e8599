//! The declaration of a plan's structure: fields, constructor, defaults and clone from one list.

/// Declares a structure whose fields are listed once. `clone_from` reuses what the fields have allocated: plans are
/// copied for every policy, so this is on the hot path. Where the list is parted by `else`, the fields before it are
/// the arguments of `new`, and those after it begin with the values given.
macro_rules! plan {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$doc:meta])* pub $field:ident: $type:ty,)+
        }
    ) => {
        $(#[$meta])*
        pub struct $name {
            $($(#[$doc])* pub $field: $type,)+
        }

        impl Clone for $name {
            fn clone(&self) -> Self {
                Self { $($field: self.$field.clone(),)+ }
            }

            fn clone_from(&mut self, other: &Self) {
                $(self.$field.clone_from(&other.$field);)+
            }
        }
    };
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$doc:meta])* pub $field:ident: $type:ty,)+
        } else {
            $($(#[$other_doc:meta])* pub $other:ident: $other_type:ty = $default:expr,)+
        }
    ) => {
        $crate::model::plan::declare::plan! {
            $(#[$meta])*
            pub struct $name {
                $($(#[$doc])* pub $field: $type,)+
                $($(#[$other_doc])* pub $other: $other_type,)+
            }
        }

        impl $name {
            /// A plan with these values; the other fields have the defaults that their descriptions state.
            pub fn new($($field: $type),+) -> Self {
                $(let $other = $default;)+
                Self { $($field,)+ $($other,)+ }
            }
        }
    };
}
pub(super) use plan;
